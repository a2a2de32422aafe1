package io.stillstream.producer.source.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;

/** Parquet's nested rows as JSON: groups are objects, lists arrays, maps objects, times ISO 8601. A null is left out. */
final class ParquetJson {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private ParquetJson() {}

    static ObjectNode object(Group group) {
        ObjectNode object = JSON.objectNode();
        GroupType type = group.getType();
        for (int field = 0; field < type.getFieldCount(); field++) {
            int count = group.getFieldRepetitionCount(field);
            Type fieldType = type.getType(field);
            if (fieldType.isRepetition(Type.Repetition.REPEATED)) {
                ArrayNode array = object.putArray(fieldType.getName());
                for (int i = 0; i < count; i++) {
                    array.add(value(group, field, i));
                }
            } else if (count > 0) {
                object.set(fieldType.getName(), value(group, field, 0));
            }
        }
        return object;
    }

    private static JsonNode value(Group group, int field, int index) {
        Type type = group.getType().getType(field);
        if (type.isPrimitive()) {
            return primitive(group, field, index, type.asPrimitiveType());
        }
        Group nested = group.getGroup(field, index);
        LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
        if (logical instanceof ListLogicalTypeAnnotation) {
            return list(nested);
        }
        return logical instanceof MapLogicalTypeAnnotation ? map(nested) : object(nested);
    }

    /** {@code group (LIST) { repeated group list { element } }}; in files of old writers the repeated field is the element. */
    private static JsonNode list(Group list) {
        ArrayNode array = JSON.arrayNode();
        Type repeated = list.getType().getType(0);
        for (int i = 0; i < list.getFieldRepetitionCount(0); i++) {
            if (repeated.isPrimitive() || repeated.asGroupType().getFieldCount() > 1) {
                array.add(value(list, 0, i));
                continue;
            }
            Group slot = list.getGroup(0, i);
            array.add(slot.getFieldRepetitionCount(0) == 0 ? JSON.nullNode() : value(slot, 0, 0));
        }
        return array;
    }

    /** {@code group (MAP) { repeated group key_value { key, value } }}. */
    private static JsonNode map(Group map) {
        ObjectNode object = JSON.objectNode();
        for (int i = 0; i < map.getFieldRepetitionCount(0); i++) {
            Group entry = map.getGroup(0, i);
            boolean hasValue = entry.getType().getFieldCount() > 1 && entry.getFieldRepetitionCount(1) > 0;
            object.set(value(entry, 0, 0).asText(), hasValue ? value(entry, 1, 0) : JSON.nullNode());
        }
        return object;
    }

    private static JsonNode primitive(Group group, int field, int index, PrimitiveType type) {
        LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
        return switch (type.getPrimitiveTypeName()) {
            case BOOLEAN -> JSON.booleanNode(group.getBoolean(field, index));
            case FLOAT -> JSON.numberNode(group.getFloat(field, index));
            case DOUBLE -> JSON.numberNode(group.getDouble(field, index));
            case INT32 -> integer(group.getInteger(field, index), logical);
            case INT64 -> integer(group.getLong(field, index), logical);
            case BINARY, FIXED_LEN_BYTE_ARRAY ->
                logical instanceof DecimalLogicalTypeAnnotation decimal
                        ? JSON.numberNode(new BigDecimal(
                                new BigInteger(group.getBinary(field, index).getBytes()), decimal.getScale()))
                        : JSON.textNode(group.getBinary(field, index).toStringUsingUTF8());
            case INT96 ->
                JSON.textNode(Int96.instant(group.getInt96(field, index).toByteBuffer())
                        .toString());
        };
    }

    private static JsonNode integer(long value, LogicalTypeAnnotation logical) {
        if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
            return JSON.numberNode(BigDecimal.valueOf(value, decimal.getScale()));
        }
        if (logical instanceof DateLogicalTypeAnnotation) {
            return JSON.textNode(LocalDate.ofEpochDay(value).toString());
        }
        if (logical instanceof TimestampLogicalTypeAnnotation timestamp) {
            ChronoUnit unit = switch (timestamp.getUnit()) {
                case MILLIS -> ChronoUnit.MILLIS;
                case MICROS -> ChronoUnit.MICROS;
                case NANOS -> ChronoUnit.NANOS;
            };
            return JSON.textNode(Instant.EPOCH.plus(value, unit).toString());
        }
        return JSON.numberNode(value);
    }
}
