/**
 * Jinja2 as transformers configures it. In: a template and its variables; out: the text that Jinja2 renders, or an error where
 * Jinja2 raises one. A template is split into segments, parsed into statements and expressions, and these are evaluated.
 */
@NullMarked
package io.stillstream.huggingface.template.jinja;

import org.jspecify.annotations.NullMarked;
