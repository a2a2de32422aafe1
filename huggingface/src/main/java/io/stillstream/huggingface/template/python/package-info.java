/**
 * What a template finds of Python. In: values and operands; out: what Python's operators, methods, filters and tests make of
 * them, or a {@link io.stillstream.huggingface.template.python.TemplateException} that names what is not supported.
 */
@NullMarked
package io.stillstream.huggingface.template.python;

import org.jspecify.annotations.NullMarked;
