import NIOCore
import NIOHTTP1

/// Cuts off a client that takes too long over any part of a request, and closes connections in good order when the service
/// stops. One for each connection, between the HTTP decoder and what handles requests. On its event loop only.
final class ConnectionGuard: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let limits: HTTPLimits
    /// Requests whose headers have arrived and whose responses are not finished.
    private var openRequests = 0
    private var isInHeaders = false
    private var isReadingBody = false
    private var hasBegunResponse = false
    private var closesAfterResponse = false
    private var isStopping = false
    private var context: ChannelHandlerContext?
    private var deadline = NIODeadline.distantFuture
    private var timer: (task: Scheduled<Void>, deadline: NIODeadline)?

    init(_ limits: HTTPLimits) { self.limits = limits }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        allow(limits.headerTime)
    }

    func handlerRemoved(context: ChannelHandlerContext) { release() }

    func channelInactive(context: ChannelHandlerContext) {
        release()
        context.fireChannelInactive()
    }

    private func release() {
        timer?.task.cancel()
        timer = nil
        context = nil
    }

    /// Bytes have arrived, of whatever part.
    func bytesArrived() {
        // The first of a request: an idle client has all its time, one that has begun has not.
        if openRequests == 0, !isReadingBody, !isInHeaders {
            isInHeaders = true
            allow(limits.headerTime)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            isInHeaders = false
            openRequests += 1
            isReadingBody = true
            if !head.isKeepAlive { closesAfterResponse = true }
            allow(limits.bodyTime)
            answerExpectation(head, context)
        case .body: break
        case .end:
            isReadingBody = false
            if openRequests > 0 {
                allow(limits.responseTime)
            } else if closesAfterResponse {
                context.close(promise: nil)
            }
        }
        context.fireChannelRead(data)
    }

    /// A client with a large body may wait to hear that it is wanted.
    private func answerExpectation(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard head.headers.first(name: "Expect")?.lowercased() == "100-continue", openRequests == 1 else { return }
        let length = head.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
        guard length <= limits.bodyBytes else { return }
        context.writeAndFlush(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            hasBegunResponse = true
            // A body that is not wanted is not waited for.
            if isReadingBody || isStopping { closesAfterResponse = true }
            if closesAfterResponse { head.headers.replaceOrAdd(name: "Connection", value: "close") }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            openRequests = max(0, openRequests - 1)
            hasBegunResponse = false
            finishResponse(context, data, promise)
        }
    }

    private func finishResponse(_ context: ChannelHandlerContext, _ data: NIOAny, _ promise: EventLoopPromise<Void>?) {
        guard closesAfterResponse else {
            context.write(data, promise: promise)
            return allow(openRequests == 0 ? limits.idleTime : limits.responseTime)
        }
        context.writeAndFlush(data, promise: promise)
        if isReadingBody {
            // Closed at once, the client might not see the response for the error of its own writing.
            allow(.seconds(1))
        } else {
            context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            isStopping = true
            if openRequests == 0 { context.close(promise: nil) } else { allow(limits.stopTime) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Time

    private func allow(_ time: Duration) {
        let new = NIODeadline.now() + TimeAmount(time)
        // Once the service stops, no part of a request gets more time.
        deadline = isStopping ? min(deadline, new) : new
        if let timer, timer.deadline <= deadline { return }
        timer?.task.cancel()
        schedule()
    }

    private func schedule() {
        guard let context else { return }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        timer = (context.eventLoop.scheduleTask(deadline: deadline) { bound.value.timerFired() }, deadline)
    }

    private func timerFired() {
        timer = nil
        guard let context else { return }
        if NIODeadline.now() < deadline { return schedule() }
        guard openRequests == 1, isReadingBody, !hasBegunResponse, !closesAfterResponse || isStopping else {
            return context.close(promise: nil)
        }
        var head = HTTPResponseHead(version: .http1_1, status: .requestTimeout)
        head.headers.add(name: "Connection", value: "close")
        head.headers.add(name: "Content-Length", value: "0")
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.close(promise: nil)
    }
}

/// Tells the guard of bytes, before the decoder makes sense of them.
final class ByteWatcher: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: ConnectionGuard

    init(_ connection: ConnectionGuard) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.bytesArrived()
        context.fireChannelRead(data)
    }
}
