package io.stillstream.pipeline.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.stillstream.contract.target.ScoredResponse;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.ScoringRequest;
import io.stillstream.scorer.Teacher;
import io.stillstream.scorer.onnx.OnnxTeacher;
import io.stillstream.scorer.onnx.TeacherConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The demo's production model: the bundled teacher behind OpenAI's completions, one call at a time. */
public final class DemoUpstream implements AutoCloseable {

    private static final String PATH = "/v1/completions";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;

    private final HttpServer server;
    private final AtomicLong answers = new AtomicLong();
    private @Nullable Teacher teacher;

    private DemoUpstream(HttpServer server) {
        this.server = server;
    }

    /** Takes a free port of this machine; its calls are answered once it was started. */
    public static DemoUpstream bind() {
        try {
            return new DemoUpstream(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
        } catch (IOException e) {
            throw new PipelineException("the demo's production model cannot listen: " + e.getMessage(), e);
        }
    }

    public void start(TeacherConfig config) {
        Teacher opened = OnnxTeacher.open(config);
        teacher = opened;
        server.createContext(PATH, call -> answer(opened, call));
        server.start();
    }

    /** The base URL for its clients. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    private void answer(Teacher teacher, HttpExchange call) throws IOException {
        try (call) {
            JsonNode prompt = JSON.readTree(call.getRequestBody()).path("prompt");
            String id = "cmpl-demo-" + answers.incrementAndGet();
            ObjectNode answer = JSON.createObjectNode();
            int status = BAD_REQUEST;
            if (teacher.admit(new ScoringRequest(id, prompt.asText(), null)) instanceof Admission.Admitted admitted
                    && teacher.score(List.of(admitted)).get(0) instanceof Scoring.Scored scored) {
                status = OK;
                write(answer, id, scored.response());
            }
            byte[] body = JSON.writeValueAsBytes(answer);
            call.getResponseHeaders().set("Content-Type", "application/json");
            call.sendResponseHeaders(status, body.length);
            call.getResponseBody().write(body);
        }
    }

    private static void write(ObjectNode answer, String id, ScoredResponse response) {
        answer.put("id", id).put("object", "text_completion").put("model", "demo");
        answer.putArray("choices")
                .addObject()
                .put("index", 0)
                .put("text", response.text())
                .put("finish_reason", response.finishReason().label());
    }

    @Override
    public void close() {
        server.stop(0);
        if (teacher != null) {
            teacher.close();
        }
    }
}
