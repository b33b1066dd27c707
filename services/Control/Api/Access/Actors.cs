using System.Security.Claims;

namespace ZiGong.Control.Api.Access;

/// <summary>Who a request comes from, as the audit names it.</summary>
internal static class Actors
{
    public static string Actor(this ClaimsPrincipal user) => $"api:{user.Identity?.Name}";
}
