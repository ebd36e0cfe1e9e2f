"""Assistants on the web, and chats that people run themselves. Pure: no I/O."""

from accounts.clients.configuration import SERVER_NAME, as_yaml, server
from accounts.clients.guide import Address, Client, CodeBlock, Group, Step, Way


def _claude(address: Address) -> list[Step]:
    return [
        Step("In Claude choose Customize → Connectors → + → Add custom connector."),
        _paste(address, "Paste the address, and choose Add."),
        *([Step("Choose Connect, and sign in here.")] if address.signs_in else []),
    ]


def _chatgpt(address: Address) -> list[Step]:
    authentication = "OAuth" if address.signs_in else "No authentication"
    then = ", and sign in here" if address.signs_in else ""
    return [
        Step(
            "In ChatGPT choose Settings → Apps → Advanced settings, and switch Developer mode on."
        ),
        Step("Choose Create app, and enter a name, such as Hugging Face."),
        _paste(address, f"Paste the address as MCP Server URL, and choose {authentication}."),
        Step(f"Choose Create{then}. In a chat the app is under + → More."),
    ]


def _librechat(address: Address) -> list[Step]:
    # packages/data-provider/src/mcp.ts of danny-avila/LibreChat
    entry = server("url", address, type="streamable-http")
    return [
        Step(
            "Add the server to the file.",
            (CodeBlock("librechat.yaml", as_yaml({"mcpServers": {SERVER_NAME: entry}})),),
        ),
        Step("Start LibreChat again."),
        *([Step("In a chat choose the server, and sign in here.")] if address.signs_in else []),
    ]


def _open_webui(address: Address) -> list[Step]:
    key = (CodeBlock("Key", address.key),) if address.key else ()
    auth = "OAuth 2.1, and sign in here" if address.signs_in else "None"
    auth = "Bearer, and paste the key" if address.key else auth
    return [
        Step("As an administrator choose Admin Settings → External Tools → +."),
        _paste(address, "Choose the type MCP (Streamable HTTP), and paste the address as URL."),
        Step(f"As Auth choose {auth}.", key),
        Step("Save. In a chat the tools are under +."),
    ]


def _n8n(address: Address) -> list[Step]:
    if address.key:
        way = Step(
            "As Authentication choose Bearer Auth, and make a credential with this token.",
            (CodeBlock("Bearer Token", address.key),),
        )
    elif address.signs_in:
        way = Step("As Authentication choose MCP OAuth2, make a credential, and sign in here.")
    else:
        way = Step("As Authentication choose None.")
    return [
        Step("Add the node MCP Client Tool to an AI Agent, or MCP Client to any workflow."),
        _paste(address, "Choose HTTP Streamable, and paste the address as the endpoint."),
        way,
    ]


def _paste(address: Address, text: str) -> Step:
    return Step(text, (CodeBlock("Address", address.url),))


WEB = (
    Client(
        "claude-ai",
        "Claude on the web",
        Group.WEB,
        "https://support.claude.com/en/articles/11175166-get-started-with-custom-connectors-using-remote-mcp",
        _claude,
        ways=(Way.SIGN_IN,),
        is_remote=True,
        takes_client_id=True,
        # https://support.claude.com/en/articles/11503834 names both.
        redirect_uris=(
            "https://claude.ai/api/mcp/auth_callback",
            "https://claude.com/api/mcp/auth_callback",
        ),
    ),
    Client(
        "chatgpt",
        "ChatGPT",
        Group.WEB,
        "https://developers.openai.com/api/docs/guides/developer-mode",
        _chatgpt,
        ways=(Way.SIGN_IN,),
        is_remote=True,
        takes_client_id=True,
    ),
    Client(
        "librechat",
        "LibreChat",
        Group.WEB,
        "https://www.librechat.ai/docs/configuration/librechat_yaml/object_structure/mcp_servers",
        _librechat,
        takes_client_id=True,
    ),
    Client(
        "open-webui",
        "Open WebUI",
        Group.WEB,
        "https://docs.openwebui.com/features/mcp",
        _open_webui,
        takes_client_id=True,
    ),
    Client(
        "n8n",
        "n8n",
        Group.WEB,
        "https://docs.n8n.io/integrations/builtin/cluster-nodes/sub-nodes/n8n-nodes-langchain.toolmcp/",
        _n8n,
        takes_client_id=True,
    ),
)
