package io.stillstream.serving.api.response;

import java.util.List;

/** The answer of {@code /v1/models}. */
public record ModelList(String object, List<Model> data) {

    public ModelList {
        data = List.copyOf(data);
    }

    public static ModelList of(List<Model> models) {
        return new ModelList("list", models);
    }

    /**
     * @param id what a request may name
     * @param created in seconds since 1970: when the snapshot was published
     */
    public record Model(String id, String object, long created, String ownedBy) {

        public static Model of(String id, long created) {
            return new Model(id, "model", created, "stillstream");
        }
    }
}
