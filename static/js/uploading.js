// Uploads a file in pieces, and returns its handle. One that broke off goes on where it was, also after
// the page was reloaded, since the server knows the file again by its fingerprint. What a form must say
// for that: where an upload begins (data-begin), and how large it may be (data-max, data-max-words).
window.uploading = (() => {
  const ATTEMPTS = 6;
  const FIRST_PAUSE_MS = 500;

  class Refused extends Error {}

  async function ask(form, url, options = {}) {
    const token = form.elements.csrfmiddlewaretoken.value;
    const headers = { Accept: "application/json", "X-CSRFToken": token };
    const answer = await fetch(url, { ...options, headers: { ...headers, ...options.headers }, redirect: "manual" });
    if (answer.type === "opaqueredirect") throw new Refused("You were signed out. Reload the page.");
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    const told = isJson ? await answer.json() : {};
    if (answer.ok || (answer.status === 409 && "offset" in told)) return told;
    if (answer.status >= 500 && answer.status !== 507) throw new Error("The server is busy.");
    throw new Refused(told.error ?? "The server did not take it.");
  }

  function pause(milliseconds) {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  }

  // Repeat what fails for want of a connection; a refusal is final.
  async function persist(signal, attempt) {
    for (let failures = 1; ; failures++) {
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof Refused || signal.aborted || failures === ATTEMPTS) throw error;
        await pause(FIRST_PAUSE_MS * 2 ** failures);
      }
    }
  }

  function begin(form, file, signal) {
    const body = new URLSearchParams({
      name: file.name,
      type: file.type,
      size: file.size,
      fingerprint: `${file.size}-${file.lastModified}-${file.name}`.slice(0, 100),
    });
    return persist(signal, () => ask(form, form.dataset.begin, { method: "POST", body, signal }));
  }

  async function send(form, file, signal, show) {
    if (file.size > Number(form.dataset.max)) throw new Refused(`It has more than ${form.dataset.maxWords}.`);
    let state = await begin(form, file, signal);
    while (state.handle === null) {
      show(state);
      const { offset, url, piece } = state;
      let isFirst = true;
      state = await persist(signal, async () => {
        // Whether the piece arrived before the connection broke, only the server knows.
        if (!isFirst) {
          const known = await ask(form, url, { signal });
          if (known.offset !== offset) return known;
        }
        isFirst = false;
        const body = file.slice(offset, offset + piece);
        const headers = { "Content-Type": "application/octet-stream" };
        return ask(form, `${url}?offset=${offset}`, { method: "POST", body, headers, signal });
      });
      if (!("handle" in state)) state = await persist(signal, () => ask(form, url, { signal }));
    }
    show(state);
    return state.handle;
  }

  return { send, Refused };
})();
