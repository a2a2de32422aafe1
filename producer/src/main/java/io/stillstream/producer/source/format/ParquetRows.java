package io.stillstream.producer.source.format;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/** The rows of a Parquet file, one row group in memory at a time. */
public final class ParquetRows implements Rows {

    private final ParquetFileReader reader;
    private final MessageType schema;
    private @Nullable RecordReader<Group> records;
    private long left;

    public ParquetRows(Path file) throws IOException {
        ParquetReadOptions options = ParquetReadOptions.builder(new PlainParquetConfiguration())
                .withCodecFactory(new ParquetCodecs())
                .build();
        try {
            reader = ParquetFileReader.open(new LocalInputFile(file), options);
        } catch (RuntimeException e) {
            throw new IOException("it is no Parquet file that can be read: " + e.getMessage(), e);
        }
        schema = reader.getFileMetaData().getSchema();
    }

    @Override
    public @Nullable Row next() throws IOException {
        // The library throws unchecked exceptions of several kinds where a file is damaged.
        try {
            while (left == 0) {
                PageReadStore group = reader.readNextRowGroup();
                if (group == null) {
                    return null;
                }
                MessageColumnIO columns = new ColumnIOFactory().getColumnIO(schema);
                records = columns.getRecordReader(group, new GroupRecordConverter(schema));
                left = group.getRowCount();
            }
            RecordReader<Group> reading = records;
            if (reading == null) {
                return null;
            }
            left--;
            return new Row(ParquetJson.object(reading.read()), null);
        } catch (RuntimeException e) {
            throw new IOException(reason(e), e);
        }
    }

    private static String reason(RuntimeException thrown) {
        Throwable cause = thrown.getCause();
        return cause == null ? String.valueOf(thrown.getMessage()) : thrown.getMessage() + ": " + cause.getMessage();
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
