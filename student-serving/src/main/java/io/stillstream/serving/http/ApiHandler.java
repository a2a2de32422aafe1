package io.stillstream.serving.http;

import io.stillstream.contract.text.OneLine;
import io.stillstream.http.ByteBudget;
import io.stillstream.http.UnreadBody;
import io.stillstream.monitoring.serving.ServingMeters;
import io.stillstream.serving.answer.AnswerFormat;
import io.stillstream.serving.answer.Answers;
import io.stillstream.serving.answer.ChatFormat;
import io.stillstream.serving.answer.CompletionFormat;
import io.stillstream.serving.answer.PromptTokens;
import io.stillstream.serving.api.ApiError;
import io.stillstream.serving.api.ApiException;
import io.stillstream.serving.api.request.ChatRequest;
import io.stillstream.serving.api.request.CompletionRequest;
import io.stillstream.serving.api.request.GenerationOptions;
import io.stillstream.serving.api.response.ModelList;
import io.stillstream.serving.api.response.ResponseJson;
import io.stillstream.serving.weights.ServedSnapshot;
import io.stillstream.serving.weights.ServedWeights;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.URIUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds what a call asks for. Only reading and tokenizing a request take a thread; waiting for its answer takes none. */
final class ApiHandler extends Handler.Abstract.NonBlocking {

    private static final Logger LOG = LoggerFactory.getLogger(ApiHandler.class);

    private static final String MODELS = "/v1/models";
    private static final String CHAT = "/v1/chat/completions";
    private static final String IDENTITY = "identity";
    private static final String COMPLETIONS = "/v1/completions";

    private final ServingConfig config;
    private final BearerToken token;
    private final ServedWeights weights;
    private final ServingMeters meters;
    private final Clock clock;
    private final ByteBudget bodies;
    private final AtomicInteger open = new AtomicInteger();

    ApiHandler(ServingConfig config, ServedWeights weights, ServingMeters meters, Clock clock) {
        this.config = config;
        this.token = new BearerToken(config.token());
        this.weights = weights;
        this.meters = meters;
        this.clock = clock;
        this.bodies = new ByteBudget(config.bodyBudgetBytes());
    }

    /** How many requests have begun and not ended. */
    int open() {
        return open.get();
    }

    @Override
    public boolean handle(Request call, Response answer, Callback callback) {
        String path = Optional.ofNullable(call.getHttpURI().getPath()).orElse("/");
        boolean posted = path.equals(CHAT) || path.equals(COMPLETIONS);
        if (!token.admits(call.getHeaders())) {
            refuse(
                    new ApiError(
                            HttpStatus.UNAUTHORIZED_401,
                            null,
                            "invalid_api_key",
                            "The API key is missing or wrong; send the server's token."),
                    call,
                    answer,
                    callback);
        } else if (!posted && !path.equals(MODELS) && !path.startsWith(MODELS + "/")) {
            refuse(
                    new ApiError(
                            HttpStatus.NOT_FOUND_404,
                            null,
                            "unknown_url",
                            "There is no such path: expected " + CHAT + ", " + COMPLETIONS + " or " + MODELS + "."),
                    call,
                    answer,
                    callback);
        } else if (!(posted
                ? HttpMethod.POST.is(call.getMethod())
                : HttpMethod.GET.is(call.getMethod()) || HttpMethod.HEAD.is(call.getMethod()))) {
            ApiError error = new ApiError(
                    HttpStatus.METHOD_NOT_ALLOWED_405,
                    null,
                    "method_not_allowed",
                    "The method is " + call.getMethod() + "; expected " + (posted ? "POST" : "GET") + ".");
            answer.getHeaders().put(HttpHeader.ALLOW, posted ? "POST" : "GET, HEAD");
            refuse(error, call, answer, callback);
        } else if (posted) {
            generate(path, call, answer, callback);
        } else {
            UnreadBody.discard(call, answer, () -> models(path, call, answer, callback));
        }
        return true;
    }

    private void models(String path, Request call, Response answer, Callback callback) {
        Optional<ServedSnapshot> served = weights.current();
        List<ModelList.Model> models = served.map(snapshot -> {
                    long created = snapshot.createdAt().getEpochSecond();
                    return List.of(
                            ModelList.Model.of(config.modelName(), created),
                            ModelList.Model.of(snapshot.id(), created));
                })
                .orElse(List.of());
        if (path.equals(MODELS)) {
            JsonAnswers.send(answer, HttpStatus.OK_200, ResponseJson.bytes(ModelList.of(models)), callback);
            return;
        }
        String name = URIUtil.decodePath(path.substring(MODELS.length() + 1));
        models.stream()
                .filter(model -> model.id().equals(name))
                .findFirst()
                .ifPresentOrElse(
                        model -> JsonAnswers.send(answer, HttpStatus.OK_200, ResponseJson.bytes(model), callback),
                        () -> refuse(ApiError.modelNotFound(name, served(served)), call, answer, callback));
    }

    private void generate(String path, Request call, Response answer, Callback callback) {
        if (call.getLength() > config.maxBodyBytes()) {
            refuse(ServerErrors.bodyTooLarge(config.maxBodyBytes()), call, answer, callback);
            return;
        }
        String encoding = call.getHeaders().get(HttpHeader.CONTENT_ENCODING);
        if (encoding != null && !encoding.isBlank() && !encoding.strip().equalsIgnoreCase(IDENTITY)) {
            unencoded(encoding, call, answer, callback);
            return;
        }
        long started = System.nanoTime();
        open.incrementAndGet();
        Request.addCompletionListener(call, failure -> open.decrementAndGet());
        var body = new BodyReader(call, config.maxBodyBytes(), bodies);
        var unused = body.read()
                .whenCompleteAsync(
                        (json, failure) -> {
                            try (body) {
                                if (json == null) {
                                    unread(failure, call, answer, callback);
                                } else {
                                    answer(path, json, started, call, answer, callback);
                                }
                            }
                        },
                        call.getComponents().getExecutor());
    }

    private void unencoded(String encoding, Request call, Response answer, Callback callback) {
        ApiError error = new ApiError(
                HttpStatus.UNSUPPORTED_MEDIA_TYPE_415,
                null,
                "unsupported_content_encoding",
                "Content-Encoding is '" + OneLine.of(encoding) + "'; expected a body that is not encoded.");
        answer.getHeaders().put(HttpHeader.ACCEPT_ENCODING, IDENTITY);
        refuse(error, call, answer, callback);
    }

    private void unread(@Nullable Throwable failure, Request call, Response answer, Callback callback) {
        Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
        if (cause instanceof ApiException refused) {
            refuse(refused.error(), call, answer, callback);
        } else {
            meters.recordRequest(ServingMeters.Outcome.CALLER_GONE);
            callback.failed(cause == null ? new IllegalStateException("no body and no reason") : cause);
        }
    }

    private void answer(String path, byte[] json, long started, Request call, Response answer, Callback callback) {
        try {
            if (path.equals(CHAT)) {
                chat(ChatRequest.read(json, config.maxChoices()), started, call, answer, callback);
            } else {
                complete(CompletionRequest.read(json, config.maxChoices()), started, call, answer, callback);
            }
        } catch (ApiException e) {
            if (e.error().status() == HttpStatus.TOO_MANY_REQUESTS_429) {
                JsonAnswers.send(answer, e.error(), callback);
            } else {
                refuse(e.error(), call, answer, callback);
            }
        } catch (RuntimeException e) {
            LOG.error("a request could not be taken", e);
            meters.recordRequest(ServingMeters.Outcome.FAILED);
            JsonAnswers.send(
                    answer,
                    new ApiError(
                            500, null, "server_error", "The request could not be taken; the server's log says why."),
                    callback);
        }
    }

    private void chat(ChatRequest request, long started, Request call, Response answer, Callback callback) {
        ServedSnapshot snapshot = acquire(request.model());
        List<int[]> prompts;
        try {
            prompts = List.of(PromptTokens.ofChat(snapshot, request.chat(), clock.instant()));
        } catch (RuntimeException e) {
            snapshot.release();
            throw e;
        }
        var format = new ChatFormat(
                id("chatcmpl-"),
                clock.instant().getEpochSecond(),
                snapshot,
                request.options().logprobs());
        begin(snapshot, prompts, request.options(), format, started, call, answer, callback);
    }

    private void complete(CompletionRequest request, long started, Request call, Response answer, Callback callback) {
        ServedSnapshot snapshot = acquire(request.model());
        List<int[]> prompts;
        try {
            prompts = request.prompts().stream()
                    .map(prompt -> PromptTokens.ofText(snapshot, prompt))
                    .toList();
        } catch (RuntimeException e) {
            snapshot.release();
            throw e;
        }
        var format = new CompletionFormat(
                id("cmpl-"),
                clock.instant().getEpochSecond(),
                snapshot,
                request.options().logprobs());
        begin(snapshot, prompts, request.options(), format, started, call, answer, callback);
    }

    /** From here on the answers release the snapshot. */
    private void begin(
            ServedSnapshot snapshot,
            List<int[]> prompts,
            GenerationOptions options,
            AnswerFormat format,
            long started,
            Request call,
            Response answer,
            Callback callback) {
        AnswerWriter writer = options.stream()
                ? new EventStream(format, options.includeUsage(), config.streamBufferBytes(), call, answer, callback)
                : new WholeAnswer(format, prompts.size() * options.choices(), call, answer, callback);
        var answers = new Answers(snapshot, prompts, options, writer, meters, started);
        writer.begin(answers);
    }

    private ServedSnapshot acquire(String model) {
        ServedSnapshot snapshot = weights.acquire()
                .orElseThrow(() -> new ApiException(new ApiError(
                        HttpStatus.SERVICE_UNAVAILABLE_503,
                        null,
                        "no_snapshot",
                        "There is no snapshot to serve now; try again in a moment.")));
        if (!model.equals(config.modelName()) && !model.equals(snapshot.id())) {
            snapshot.release();
            throw new ApiException(ApiError.modelNotFound(model, served(Optional.of(snapshot))));
        }
        return snapshot;
    }

    private String served(Optional<ServedSnapshot> snapshot) {
        return "'" + config.modelName() + "'"
                + snapshot.map(one -> " and '" + one.id() + "'").orElse("");
    }

    private void refuse(ApiError error, Request call, Response answer, Callback callback) {
        meters.recordRequest(
                error.status() == HttpStatus.SERVICE_UNAVAILABLE_503
                        ? ServingMeters.Outcome.OVERLOADED
                        : ServingMeters.Outcome.REFUSED);
        UnreadBody.discard(call, answer, () -> JsonAnswers.send(answer, error, callback));
    }

    private static String id(String prefix) {
        return prefix + UUID.randomUUID().toString().replace("-", "");
    }
}
