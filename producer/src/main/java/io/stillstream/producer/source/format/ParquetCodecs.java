package io.stillstream.producer.source.format;

import com.github.luben.zstd.Zstd;
import io.airlift.compress.lz4.Lz4Decompressor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/** Decompresses Parquet pages without the codecs of Hadoop, which want its native libraries and its configuration. */
final class ParquetCodecs implements CompressionCodecFactory {

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        throw new UnsupportedOperationException("Parquet is only read");
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        return new Decompressor(codec);
    }

    @Override
    public void release() {}

    private record Decompressor(CompressionCodecName codec) implements CompressionCodecFactory.BytesInputDecompressor {

        @Override
        public BytesInput decompress(BytesInput page, int size) throws IOException {
            return BytesInput.from(decompress(bytes(page), size));
        }

        @Override
        public void decompress(ByteBuffer page, int pageSize, ByteBuffer decompressed, int size) throws IOException {
            byte[] bytes = new byte[pageSize];
            page.get(bytes);
            decompressed.put(decompress(bytes, size));
        }

        @Override
        public void release() {}

        private static byte[] bytes(BytesInput page) throws IOException {
            try (InputStream in = page.toInputStream()) {
                return in.readAllBytes();
            }
        }

        private byte[] decompress(byte[] page, int size) throws IOException {
            return switch (codec) {
                case UNCOMPRESSED -> page;
                case SNAPPY -> Snappy.uncompress(page);
                case GZIP -> gzip(page);
                case ZSTD -> Zstd.decompress(page, size);
                case LZ4_RAW -> lz4(page, size);
                default ->
                    throw new IOException("its pages are compressed with " + codec
                            + "; expected none, SNAPPY, GZIP, ZSTD or LZ4_RAW");
            };
        }

        private static byte[] gzip(byte[] page) throws IOException {
            try (var in = new GZIPInputStream(new ByteArrayInputStream(page))) {
                return in.readAllBytes();
            }
        }

        private static byte[] lz4(byte[] page, int size) {
            byte[] decompressed = new byte[size];
            new Lz4Decompressor().decompress(page, 0, page.length, decompressed, 0, size);
            return decompressed;
        }
    }
}
