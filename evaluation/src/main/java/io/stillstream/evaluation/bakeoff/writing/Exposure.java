package io.stillstream.evaluation.bakeoff.writing;

import java.util.List;

/** What a student writes by itself after prompts of a held-out set, before training and after it. */
public record Exposure(WrittenAnswers before, WrittenAnswers after) {

    public static Exposure mean(List<Exposure> bySeed) {
        return new Exposure(
                WrittenAnswers.mean(bySeed.stream().map(Exposure::before).toList()),
                WrittenAnswers.mean(bySeed.stream().map(Exposure::after).toList()));
    }
}
