package io.stillstream.producer.stage;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A broker that refuses every prompt and takes everything else. */
final class RefusingProducer extends MockProducer<byte[], byte[]> {

    private final ApiException refusal;

    RefusingProducer(ApiException refusal) {
        super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
        this.refusal = refusal;
    }

    @Override
    public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> message, Callback callback) {
        if (!message.topic().equals("prompts")) {
            return super.send(message, callback);
        }
        callback.onCompletion(null, refusal);
        return CompletableFuture.failedFuture(refusal);
    }
}
