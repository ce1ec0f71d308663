namespace OrderActors.Storage;

/// <summary>What a grain starts with when nothing is stored.</summary>
internal static class NewState
{
    /// <summary>A new instance, or the type's default when it has no constructor without parameters.</summary>
    public static T Of<T>() => Cache<T>.CanCreate ? Activator.CreateInstance<T>() : default!;

    private static class Cache<T>
    {
        public static readonly bool CanCreate = typeof(T).IsValueType || typeof(T).GetConstructor(Type.EmptyTypes) is not null;
    }
}
