package io.stillstream.bench.command;

import io.stillstream.bench.scorer.BatchShape;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Batch shapes on the command line. */
final class ShapeConverter implements ITypeConverter<BatchShape> {

    @Override
    public BatchShape convert(String value) {
        try {
            return BatchShape.parse(value);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }
}
