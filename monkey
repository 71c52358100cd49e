#!/usr/bin/env bash
# Does everything at once to a running host, and then looks through the HTTP interface whether everything is as it was acknowledged.
#   ./monkey [requests=1000] [concurrency=100] [--url http://127.0.0.1:8080] [--seed S]
#   WALLETGRAINS_OPERATOR_PASSWORD    password of operator@walletgrains.local; needed
#   WALLETGRAINS_URL                  where the host is
# Exit code: 0 all is well, 1 something is wrong, 2 it could not be run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=scripts/common.sh
. scripts/common.sh

require_dotnet
choose_runtime
build_project tests/WalletGrains.Monkey
exec dotnet "artifacts/${ActorRuntime,,}/bin/WalletGrains.Monkey/release/WalletGrains.Monkey.dll" "$@"
