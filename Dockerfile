# WalletGrains in a container: `docker compose up` (docker-compose.yml) builds and starts a cluster of it.
# ActorRuntime=InProcess builds the single-process edition, which runs with --role all only.
ARG ActorRuntime=Orleans

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG ActorRuntime
WORKDIR /source
COPY global.json Directory.Build.props Directory.Build.targets Directory.Packages.props .editorconfig ./
COPY sql/ sql/
COPY src/ src/
RUN dotnet publish src/WalletGrains.Host/WalletGrains.Host.csproj \
      --configuration Release --output /app -p:ActorRuntime=$ActorRuntime -p:UseAppHost=false

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app ./
# Logs and generated keys are the only files that the process writes.
RUN mkdir /var/lib/walletgrains && chown $APP_UID /var/lib/walletgrains
ENV URLS=http://0.0.0.0:8080 \
    WALLETGRAINS_DATA=/var/lib/walletgrains/data \
    WALLETGRAINS_LOGS=/var/lib/walletgrains/logs
USER $APP_UID
EXPOSE 8080
# `docker stop` sends SIGTERM: the host answers what is in progress and leaves the cluster.
STOPSIGNAL SIGTERM
ENTRYPOINT ["dotnet", "WalletGrains.Host.dll"]
