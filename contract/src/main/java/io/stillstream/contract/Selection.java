package io.stillstream.contract;

/** Which of the teacher's columns a record keeps. */
public enum Selection {
    /** K columns for the whole response, ranked over all its positions: what MultiLevelOT needs. */
    SEQUENCE,
    /** The K most probable tokens of each position, with their ids: for ULD and shared vocabularies. */
    TOKEN
}
