using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace OrderActors.Embedded.Runtime;

/// <summary>Beside which other requests of its grain a request may run.</summary>
internal enum CallKind : byte
{
    /// <summary>Beside none.</summary>
    Exclusive,

    /// <summary>Beside others that read.</summary>
    ReadOnly,

    /// <summary>Beside all.</summary>
    Interleaving,
}

/// <summary>
/// One request: its arguments (in the generated subclass), its place in the mailbox and the answer's task, in one object.
/// </summary>
public abstract class GrainCall : MailboxItem
{
    internal GrainMethod Method = null!;
    internal Dictionary<string, object>? Context;
    internal Activation? Source;

    /// <summary>The trace that it is part of: the caller's span of it, then the grain's; without listeners whatever was the caller's.</summary>
    internal Activity? Activity;
    internal int StartTick;
    internal CallKind Kind;

    /// <summary>Whether idle collection counts this as use of the grain.</summary>
    internal bool IsUse { get; init; } = true;

    internal abstract bool IsAnswered { get; }

    /// <summary>Starts the request in the activation's turn. It ends with <see cref="Activation.Ended"/>.</summary>
    internal abstract void Start(Activation activation);

    /// <summary>Answers with a failure, unless there is an answer already.</summary>
    internal abstract bool TryFail(Exception exception);

    internal sealed override void Process(Activation activation) => activation.Admit(this);

    /// <summary>Calls the grain's method through the filters; the result boxed.</summary>
    internal abstract Task<object?> InvokeBoxed(object target);

    /// <summary>The same request once more, with an answer of its own: what a network makes of one that it delivers twice.</summary>
    internal abstract GrainCall Copy();

    /// <summary>Answers as that copy of this request was answered, unless there is an answer already.</summary>
    internal abstract void AnswerAs(GrainCall copy);

    /// <summary>The answer, as a task without its value.</summary>
    internal abstract Task Answered { get; }
}

/// <summary>
/// A request that sleeps at an await: what the watchdog looks for. Apart from the request itself, because most requests end
/// in their first turn and should not pay for what only sleepers need.
/// </summary>
internal abstract class SleepingCall(GrainCall call)
{
    internal SleepingCall? Next;
    internal SleepingCall? Previous;

    internal GrainCall Call => call;
}

/// <summary>A request whose answer is a value.</summary>
public abstract class GrainCall<T> : GrainCall
{
    private AsyncTaskMethodBuilder<T> _answer = AsyncTaskMethodBuilder<T>.Create();

    // Made here and not when first asked for: the watchdog may ask at the same time as the grain.
    protected GrainCall() => _ = _answer.Task;

    internal Task<T> Answer => _answer.Task;

    internal sealed override bool IsAnswered => _answer.Task.IsCompleted;

    /// <summary>Calls the method on the grain with the arguments of this request. Generated.</summary>
    public abstract ValueTask<T> Invoke(object target);

    [SuppressMessage("Reliability", "CA2012", Justification = "The awaiter is kept only while its value task is, and read once, when it is complete.")]
    internal sealed override void Start(Activation activation)
    {
        try
        {
            var running = activation.HasIncomingFilters && Method.Info is not null ? InvokeThroughFilters(activation) : Invoke(activation.Instance);
            if (running.IsCompleted)
            {
                Finish(activation, running.GetAwaiter());
                return;
            }

            var sleeping = new Sleeping(this, activation, running.GetAwaiter());
            activation.Track(sleeping);
            sleeping.Awaiter.UnsafeOnCompleted(sleeping.OnCompleted);
        }
        catch (Exception exception)
        {
            Fail(activation, exception);
        }
    }

    internal sealed override bool TryFail(Exception exception)
    {
        if (IsAnswered) return false;
        try
        {
            _answer.SetException(exception);
            if (Activity is not null) CallSpans.Answered(this, exception);
            return true;
        }
        catch (InvalidOperationException)
        {
            // The grain answered in this very moment.
            return false;
        }
    }

    internal sealed override async Task<object?> InvokeBoxed(object target) => await Invoke(target);

    internal sealed override Task Answered => Answer;

    internal sealed override GrainCall Copy()
    {
        var copy = (GrainCall<T>)MemberwiseClone();
        copy.Next = null;
        copy._answer = AsyncTaskMethodBuilder<T>.Create();
        _ = copy._answer.Task;
        return copy;
    }

    internal sealed override void AnswerAs(GrainCall copy)
    {
        var answer = ((GrainCall<T>)copy).Answer;
        if (answer.IsCompletedSuccessfully && !IsAnswered) Succeed(answer.GetAwaiter().GetResult());
        else if (answer.Exception is { } failure) TryFail(failure.InnerException!);
    }

    private async ValueTask<T> InvokeThroughFilters(Activation activation) => (T)(await activation.InvokeFiltered(this))!;

    private void Finish(Activation activation, ValueTaskAwaiter<T> awaiter)
    {
        try
        {
            var result = awaiter.GetResult();
            if (!IsAnswered) Succeed(result);
            activation.Ended(this, null);
        }
        catch (Exception exception)
        {
            Fail(activation, exception);
        }
    }

    private void Succeed(T result)
    {
        try
        {
            _answer.SetResult(result);
        }
        catch (InvalidOperationException) when (IsAnswered)
        {
            // The watchdog gave the caller its time-out in this very moment.
        }
    }

    private void Fail(Activation activation, Exception exception)
    {
        TryFail(exception);
        activation.Ended(this, exception);
    }

    private sealed class Sleeping(GrainCall<T> call, Activation activation, ValueTaskAwaiter<T> awaiter) : SleepingCall(call)
    {
        internal ValueTaskAwaiter<T> Awaiter => awaiter;

        internal void OnCompleted()
        {
            activation.Untrack(this);
            call.Finish(activation, awaiter);
        }
    }
}

/// <summary>A request whose answer is only that it is done.</summary>
public abstract class GrainCallVoid : GrainCall
{
    private AsyncTaskMethodBuilder _answer = AsyncTaskMethodBuilder.Create();

    // Made here and not when first asked for: the watchdog may ask at the same time as the grain.
    protected GrainCallVoid() => _ = _answer.Task;

    internal Task Answer => _answer.Task;

    internal sealed override bool IsAnswered => _answer.Task.IsCompleted;

    /// <summary>Calls the method on the grain with the arguments of this request. Generated.</summary>
    public abstract ValueTask Invoke(object target);

    [SuppressMessage("Reliability", "CA2012", Justification = "The awaiter is kept only while its value task is, and read once, when it is complete.")]
    internal sealed override void Start(Activation activation)
    {
        try
        {
            var running = activation.HasIncomingFilters && Method.Info is not null ? InvokeThroughFilters(activation) : Invoke(activation.Instance);
            if (running.IsCompleted)
            {
                Finish(activation, running.GetAwaiter());
                return;
            }

            var sleeping = new Sleeping(this, activation, running.GetAwaiter());
            activation.Track(sleeping);
            sleeping.Awaiter.UnsafeOnCompleted(sleeping.OnCompleted);
        }
        catch (Exception exception)
        {
            Fail(activation, exception);
        }
    }

    internal override bool TryFail(Exception exception)
    {
        if (IsAnswered) return false;
        try
        {
            _answer.SetException(exception);
            if (Activity is not null) CallSpans.Answered(this, exception);
            return true;
        }
        catch (InvalidOperationException)
        {
            // The grain answered in this very moment.
            return false;
        }
    }

    internal sealed override async Task<object?> InvokeBoxed(object target)
    {
        await Invoke(target);
        return null;
    }

    internal sealed override Task Answered => Answer;

    internal sealed override GrainCall Copy()
    {
        var copy = (GrainCallVoid)MemberwiseClone();
        copy.Next = null;
        copy._answer = AsyncTaskMethodBuilder.Create();
        _ = copy._answer.Task;
        return copy;
    }

    internal sealed override void AnswerAs(GrainCall copy)
    {
        var answer = ((GrainCallVoid)copy).Answer;
        if (answer.IsCompletedSuccessfully && !IsAnswered) Succeed();
        else if (answer.Exception is { } failure) TryFail(failure.InnerException!);
    }

    private async ValueTask InvokeThroughFilters(Activation activation) => await activation.InvokeFiltered(this);

    private void Finish(Activation activation, ValueTaskAwaiter awaiter)
    {
        try
        {
            awaiter.GetResult();
            if (!IsAnswered) Succeed();
            activation.Ended(this, null);
        }
        catch (Exception exception)
        {
            Fail(activation, exception);
        }
    }

    private void Succeed()
    {
        try
        {
            _answer.SetResult();
        }
        catch (InvalidOperationException) when (IsAnswered)
        {
            // The watchdog gave the caller its time-out in this very moment.
        }
    }

    private void Fail(Activation activation, Exception exception)
    {
        TryFail(exception);
        activation.Ended(this, exception);
    }

    private sealed class Sleeping(GrainCallVoid call, Activation activation, ValueTaskAwaiter awaiter) : SleepingCall(call)
    {
        internal ValueTaskAwaiter Awaiter => awaiter;

        internal void OnCompleted()
        {
            activation.Untrack(this);
            call.Finish(activation, awaiter);
        }
    }
}

/// <summary>Work that the engine itself does in an activation's turn: a timer's tick, a stream's item.</summary>
internal class EngineCall : GrainCallVoid
{
    private readonly Func<Activation, Task> _work;

    internal EngineCall(string name, Func<Activation, Task> work, bool interleaves = false)
    {
        Method = GrainMethod.Engine(name);
        Kind = interleaves ? CallKind.Interleaving : CallKind.Exclusive;
        _work = work;
    }

    /// <summary>Whether it is a timer's tick, which is over with its activation.</summary>
    internal virtual bool IsTick => false;

    public override ValueTask Invoke(object target) => new(_work(Activation.Current!));
}
