package io.stillstream.producer.parsing.shape;

import io.stillstream.producer.parsing.body.Answers;
import io.stillstream.producer.parsing.body.Call;
import io.stillstream.producer.parsing.body.Requests;
import io.stillstream.producer.parsing.field.Field;
import java.util.Set;

/** The gateway logs of Azure API Management, whose bodies are JSON text, as a table's rows or in {@code properties}. */
final class AzureApiManagement implements Shape {

    private static final String[] REQUEST = {
        "BackendRequestBody", "RequestBody", "backendRequestBody", "requestBody", "backendRequest"
    };
    private static final String[] RESPONSE = {
        "BackendResponseBody", "ResponseBody", "backendResponseBody", "responseBody", "backendResponse"
    };
    private static final Set<String> HARMLESS = Set.of(
            "ApiId",
            "apiId",
            "ApimSubscriptionId",
            "apimSubscriptionId",
            "ApiRevision",
            "apiRevision",
            "BackendId",
            "backendId",
            "BackendMethod",
            "backendMethod",
            "BackendProtocol",
            "backendProtocol",
            "BackendTime",
            "backendTime",
            "BackendUrl",
            "backendUrl",
            "Cache",
            "cache",
            "CacheTime",
            "CallerIpAddress",
            "callerIpAddress",
            "Category",
            "ClientProtocol",
            "clientProtocol",
            "ClientTime",
            "clientTime",
            "clientTlsVersion",
            "ClientTlsVersion",
            "OperationId",
            "operationId",
            "OperationName",
            "operationName",
            "ProductId",
            "productId",
            "Region",
            "RequestSize",
            "requestSize",
            "ResponseSize",
            "responseSize",
            "SourceSystem",
            "TenantId",
            "TotalTime",
            "totalTime",
            "Type",
            "UserId",
            "resourceId",
            "location",
            "durationMs",
            "RequestHeaders",
            "ResponseHeaders",
            "BackendRequestHeaders",
            "BackendResponseHeaders",
            "_ResourceId",
            "_SubscriptionId",
            "IsMasterTrace",
            "IsTraceAllowed",
            "IsTraceExpired",
            "IsTraceRequested",
            "traceRecords",
            "TraceRecords");

    @Override
    public boolean matches(Field line) {
        return properties(line).first(REQUEST).present();
    }

    @Override
    public void read(Field line, Call call) {
        Field properties = properties(line);
        if (properties != line) {
            Envelope.read(properties, call);
        }
        Requests.read(properties.first(REQUEST), call);
        Answers.read(properties.first(RESPONSE), call);
        // The gateway's own copies, beside the backend's.
        for (String copy : REQUEST) {
            properties.get(copy).ignore();
        }
        for (String copy : RESPONSE) {
            properties.get(copy).ignore();
        }
        properties.ignore(HARMLESS);
        line.ignore(HARMLESS);
    }

    private static Field properties(Field line) {
        return line.get("properties").isObject()
                        && line.get("properties").first(REQUEST).present()
                ? line.get("properties")
                : line;
    }
}
