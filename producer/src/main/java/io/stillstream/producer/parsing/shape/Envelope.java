package io.stillstream.producer.parsing.shape;

import io.stillstream.producer.parsing.body.Call;
import io.stillstream.producer.parsing.body.Failures;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.Names;
import java.util.Set;

/** What lines of every shape have: ids, times, who asked, whether the call failed; by the names that logs give them. */
final class Envelope {

    private static final Names IDS = Names.of(
            "id", "request_id", "requestId", "custom_id", "uuid", "prompt_id", "CorrelationId", "correlationId");
    private static final Names CONVERSATIONS = Names.of(
            "conversation_id",
            "conversationId",
            "session_id",
            "sessionId",
            "thread_id",
            "threadId",
            "chat_id",
            "trace_id",
            "traceId");
    private static final Names TIMES = Names.of(
            "created_at",
            "createdAt",
            "created",
            "timestamp",
            "time",
            "startTime",
            "start_time",
            "requestedAt",
            "request_created_at",
            "TimeGenerated",
            "endTime",
            "end_time",
            "completionStartTime",
            "receivedAt",
            "response_created_at",
            "updatedAt",
            "updated_at");
    private static final Names TENANTS = Names.of("tenant", "tenant_id", "tenantId");
    private static final Names REFERENCES = Names.of("reference", "expected", "expected_output", "expectedOutput");
    private static final Names METADATA = Names.of(
            "metadata",
            "tags",
            "request_properties",
            "request_user_id",
            "userId",
            "user_id",
            "end_user",
            "name",
            "category",
            "source",
            "dataset",
            "statusMessage");

    /** Measurements and the transport's own fields. */
    private static final Set<String> HARMLESS = Set.of(
            "object",
            "type",
            "method",
            "Method",
            "url",
            "Url",
            "path",
            "usage",
            "usageDetails",
            "costDetails",
            "latency",
            "latency_ms",
            "duration",
            "duration_ms",
            "delay_ms",
            "cost",
            "cost_usd",
            "costUSD",
            "tokens",
            "total_tokens",
            "prompt_tokens",
            "completion_tokens",
            "total_cost",
            "totalCost",
            "promptTokens",
            "completionTokens",
            "totalTokens",
            "num_tokens",
            "ip",
            "headers",
            "request_headers",
            "response_headers",
            "cache_hit",
            "stream",
            "split",
            "version",
            "environment",
            "region",
            "provider",
            "logprobs",
            "api_key_hash",
            "score",
            "score_chosen",
            "score_rejected",
            "system_fingerprint",
            "service_tier");

    private Envelope() {}

    static void read(Field line, Call call) {
        Failures.check(line);
        line.present(IDS).forEach(call::id);
        line.present(CONVERSATIONS).forEach(call::conversationId);
        line.present(TIMES).forEach(call::createdAt);
        line.present(TENANTS).forEach(call::tenant);
        line.present(REFERENCES).forEach(call::reference);
        line.present(METADATA).forEach(call::metadata);
        call.model(line.get("model"));
        line.ignore(HARMLESS);
    }
}
