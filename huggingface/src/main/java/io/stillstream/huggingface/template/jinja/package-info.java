/**
 * Jinja2 as transformers configures it, on top of jinjava. In: a template and its variables; out: the text that Jinja2
 * renders, or an error where jinjava would render something else.
 */
@NullMarked
package io.stillstream.huggingface.template.jinja;

import org.jspecify.annotations.NullMarked;
