/**
 * Python's values in a template. In: values and operands; out: the results of Python's operators, methods, filters and tests,
 * or a {@link io.stillstream.huggingface.template.python.TemplateException} that names what is not supported.
 */
@NullMarked
package io.stillstream.huggingface.template.python;

import org.jspecify.annotations.NullMarked;
