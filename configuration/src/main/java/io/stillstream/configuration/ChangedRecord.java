package io.stillstream.configuration;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A record like another but for some components: what a record of many would else spell out for each that changes. */
public final class ChangedRecord {

    private ChangedRecord() {}

    /**
     * The copy, checked by the record's own constructor.
     *
     * @param changes the new values by the components' names as Java has them
     * @throws IllegalArgumentException when there is no such component, or it is of another type
     * @throws InvalidSettingException when the record refuses a value
     */
    @SuppressWarnings("unchecked")
    public static <R extends Record> R of(R record, Map<String, ?> changes) {
        RecordComponent[] components = record.getClass().getRecordComponents();
        @Nullable Object[] values = new Object[components.length];
        int changed = 0;
        for (int i = 0; i < components.length; i++) {
            String name = components[i].getName();
            if (changes.containsKey(name)) {
                values[i] = changes.get(name);
                changed++;
            } else {
                values[i] = RecordBinder.value(record, components[i]);
            }
        }
        if (changed < changes.size()) {
            throw new IllegalArgumentException("changes of " + changes.keySet() + "; expected components of "
                    + record.getClass().getSimpleName() + ": "
                    + Arrays.stream(components).map(RecordComponent::getName).collect(Collectors.joining(", ")));
        }
        return (R) RecordBinder.construct(record.getClass(), values);
    }
}
