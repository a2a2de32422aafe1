package io.stillstream.student.inference;

/**
 * What a row of a {@link BatchGenerator} reads in a step, and how its next token is chosen.
 *
 * @param id the last token of the text so far
 * @param position of this token, counted from 0
 * @param uniform the number of {@link Sampling#draws} by which the next token is drawn
 */
public record BatchRow(int id, int position, float uniform, Sampling sampling) {}
