/**
 * Chat templates, rendered as transformers renders them. In: a template in Jinja and a conversation; out: the text of
 * the prompt, or why the template refuses the conversation.
 */
@NullMarked
package io.stillstream.huggingface.template;

import org.jspecify.annotations.NullMarked;
