package io.stillstream.huggingface.template.python;

/** Counts what an operation costs beyond a step of its own, so that a rendering's bound holds for long values too. */
@FunctionalInterface
public interface Work {

    /** For values that are known to be short. */
    Work FREE = units -> {};

    /**
     * @param units characters or items that are looked at
     * @throws TemplateException when the rendering has done too much
     */
    void done(long units);
}
