package io.stillstream.bench.redaction;

/**
 * Something private that must not be written anywhere.
 *
 * @param kind as {@code redaction.detectors} names it
 * @param form which of the kind's forms it has, for the report
 * @param text as it stands in a chat
 * @param said a phrase that ends before it, as people write it: where a value says nothing by itself, with the word that tells
 */
record PlantedValue(String kind, String form, String text, String said) {}
