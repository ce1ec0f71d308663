# syntax=docker/dockerfile:1
# The two programs of a cluster, from one build: --target silo and --target gateway.

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /src
ENV CI=true DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# First only what says which packages are needed: as long as that stays, so does the layer with the packages.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY Grains.Interfaces/Grains.Interfaces.csproj Grains.Interfaces/
COPY Grains/Grains.csproj Grains/
COPY Client/Client.csproj Client/
COPY Silo/Silo.csproj Silo/
RUN dotnet restore Silo/Silo.csproj -p:Engine=Orleans

COPY . .
RUN dotnet publish Client/Client.csproj -c Release -p:Engine=Orleans --no-restore -o /out/gateway
RUN dotnet publish Silo/Silo.csproj -c Release -p:Engine=Orleans --no-restore -o /out/silo

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS runtime
WORKDIR /app
# The base image names a port for programs that name none; ours do.
ENV ASPNETCORE_HTTP_PORTS=
USER $APP_UID

FROM runtime AS silo
COPY --from=build /out/silo .
ENV ORDERACTORS_Urls=http://0.0.0.0:8081
# Health, metrics and the dashboard; other silos; gateways.
EXPOSE 8081 11111 30000
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 CMD ["dotnet", "OrderActors.Silo.dll", "--health"]
ENTRYPOINT ["dotnet", "OrderActors.Silo.dll"]

FROM runtime AS gateway
COPY --from=build /out/gateway .
ENV ORDERACTORS_Urls=http://0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 CMD ["dotnet", "OrderActors.Client.dll", "--health"]
ENTRYPOINT ["dotnet", "OrderActors.Client.dll"]
