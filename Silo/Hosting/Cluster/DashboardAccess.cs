using System.Security.Cryptography;
using System.Text;
using Orleans.Dashboard;

namespace OrderActors.Silo.Hosting;

/// <summary>
/// The door of the dashboard, which has no login of its own: the operator's key in <c>Authorization: Bearer</c> or
/// <c>X-Operator-Key</c>, or once as <c>?key=</c> in a browser, which then gets a cookie.
/// </summary>
internal sealed class DashboardAccess(string operatorKey)
{
    /// <summary>Where the dashboard is.</summary>
    public const string Path = "/dashboard";

    private const string Cookie = "orderactors-operator";
    private const string Bearer = "Bearer ";

    private readonly byte[] _key = SHA256.HashData(Encoding.UTF8.GetBytes(operatorKey));

    // Made from the key, so that every silo knows it and a new key ends it; the key cannot be had from it.
    private readonly string _pass = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(operatorKey), "orderactors dashboard"u8));

    /// <summary>Maps the dashboard behind its door.</summary>
    public static void Map(WebApplication app, string operatorKey)
    {
        var access = new DashboardAccess(operatorKey);
        app.Use((context, next) => context.Request.Path.StartsWithSegments(Path) ? access.Guard(context, next) : next(context));
        app.UseRouting();
        app.MapOrleansDashboard(Path);
    }

    private Task Guard(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        if (IsPass(context.Request.Cookies[Cookie]) || IsKey(Shown(context.Request))) return next(context);
        if (context.Request.Query["key"].ToString() is { Length: > 0 } key && IsKey(key))
        {
            context.Response.Cookies.Append(Cookie, _pass, new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                Secure = context.Request.IsHttps,
                Path = Path,
            });
            // To an address without the key, so that it stays out of the history.
            context.Response.Redirect(Path + "/");
            return Task.CompletedTask;
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = "Bearer";
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync("The dashboard is the operator's: send Authorization: Bearer and the OperatorKey, or open it once with ?key=.\n");
    }

    private static string? Shown(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization[Bearer.Length..].Trim()
            : request.Headers["X-Operator-Key"].ToString();
    }

    // As hashes, which have one length: the time it takes says nothing about the key.
    private bool IsKey(string? shown) => CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(shown ?? "")), _key);

    private bool IsPass(string? shown) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(shown ?? "")), SHA256.HashData(Encoding.UTF8.GetBytes(_pass)));
}
