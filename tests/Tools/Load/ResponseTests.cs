using System.Text;
using OrderActors.Tools.Load.Http;

namespace OrderActors.Tests.Tools.Load;

/// <summary>The generator's own reading of HTTP.</summary>
public class ResponseTests
{
    [Theory]
    [InlineData("HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nabcde", 201, "abcde", false)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 204, "", false)]
    [InlineData("HTTP/1.1 200 OK\r\nServer: x\r\nCONTENT-LENGTH:2\r\nConnection: close\r\n\r\nok", 200, "ok", true)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", 503, "", false)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n", 200,
        "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n", false)]
    public void A_response_is_whole_with_its_last_byte_and_not_before(string text, int status, string body, bool closes)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        for (var length = 0; length < bytes.Length; length++) Assert.False(Response.TryRead(bytes.AsSpan(0, length), withoutBody: false, ended: false, out _));
        Assert.True(Response.TryRead([.. bytes, .. "HTTP/1.1 next"u8], withoutBody: false, ended: false, out var response));
        Assert.Equal((status, body, closes), (response.Status, text.Substring(response.BodyStart, response.BodyLength), response.Closes));
    }

    [Fact]
    public void A_response_without_a_length_ends_with_its_connection()
    {
        var bytes = "HTTP/1.1 200 OK\r\n\r\nsome"u8;
        Assert.False(Response.TryRead(bytes, withoutBody: false, ended: false, out _));
        Assert.True(Response.TryRead(bytes, withoutBody: false, ended: true, out var response));
        Assert.Equal((4, true), (response.BodyLength, response.Closes));
    }

    [Fact]
    public void An_answer_to_HEAD_has_no_body_whatever_it_says()
    {
        Assert.True(Response.TryRead("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"u8, withoutBody: true, ended: false, out var response));
        Assert.Equal(0, response.BodyLength);
    }

    [Fact]
    public void What_is_no_HTTP_is_said_to_be_none() =>
        Assert.Throws<FormatException>(() => Response.TryRead("SSH-2.0-x\r\n\r\n"u8, withoutBody: false, ended: false, out _));
}
