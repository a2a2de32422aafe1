package io.stillstream.contract;

/**
 * Which teacher spoke. Two records may train one student together only when these are equal.
 *
 * @param name for people
 * @param weights sha256 of the model file, hex
 * @param tokenizer sha256 of tokenizer.json, hex
 * @param template sha256 of the chat template, hex; empty where the prompt was plain text
 */
public record TeacherIdentity(String name, String weights, String tokenizer, String template) {}
