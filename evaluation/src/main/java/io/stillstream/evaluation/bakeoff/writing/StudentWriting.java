package io.stillstream.evaluation.bakeoff.writing;

/**
 * That an arm's student writes texts itself.
 *
 * @param config how many, when and how
 * @param scorer the teacher as it scores the arm's stream
 */
public record StudentWriting(StudentTextsConfig config, WrittenTextScorer scorer) {}
