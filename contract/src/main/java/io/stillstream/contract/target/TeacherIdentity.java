package io.stillstream.contract.target;

/**
 * Which teacher scored a response. Two records may train one student together only when weights and tokenizer are equal.
 *
 * @param name for people
 * @param weights sha256 of the model file, hex
 * @param tokenizer sha256 of tokenizer.json, hex
 * @param template sha256 of the chat template that rendered the prompt, hex; empty where the prompt was plain text, or
 *     a chat in plain lines
 */
public record TeacherIdentity(String name, String weights, String tokenizer, String template) {

    /** The same teacher for a prompt of plain text, which no template renders. */
    public TeacherIdentity withoutTemplate() {
        return new TeacherIdentity(name, weights, tokenizer, "");
    }
}
