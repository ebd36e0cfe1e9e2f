"""What one client in a retry loop costs the others: `python -m benchmarks.flood`."""

import argparse
import sys
import time
from statistics import median

from tests.live.others import flood, p99, waiting_times_ms
from tests.live.product import start_product

SETTLE_SECONDS = 2


def main() -> int:
    options = _options()
    with start_product({"TRUSTED_PROXIES": "1", "LIMIT_ANONYMOUS_PER_MINUTE": "600"}) as product:
        url = f"{product.url}/mcp?gradio=none"
        waiting_times_ms(url, options.requests)
        print(f"{'':<8}{'alone':>20}{'with the flood':>20}   what the flood got")
        for number in range(1, options.rounds + 1):
            alone = waiting_times_ms(url, options.requests)
            with flood(url, options.connections) as answers:
                time.sleep(SETTLE_SECONDS)
                meanwhile = waiting_times_ms(url, options.requests)
            got = ", ".join(f"{count:,} × {status}" for status, count in answers.items())
            print(f"round {number:<2}{_shown(alone):>20}{_shown(meanwhile):>20}   {got}")
    return 0


def _shown(times: list[float]) -> str:
    return f"p50 {median(times):.1f} p99 {p99(times):.1f}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flood", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=1_000, help="of the others, one at a time")
    parser.add_argument("--connections", type=int, default=16, help="of the flood")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
