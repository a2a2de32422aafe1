package io.stillstream.huggingface.template.jinja;

import io.stillstream.huggingface.template.python.PythonText;

/** What a template prints; bounded. */
final class Output {

    private final StringBuilder text = new StringBuilder();

    void append(String more) {
        PythonText.requireLength((long) text.length() + more.length());
        text.append(more);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
