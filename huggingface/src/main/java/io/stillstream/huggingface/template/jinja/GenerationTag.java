package io.stillstream.huggingface.template.jinja;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.tag.Tag;
import com.hubspot.jinjava.tree.TagNode;

/** transformers' {@code generation} block, which marks the assistant's text for training: it renders as its content. */
final class GenerationTag implements Tag {

    @Override
    public String getName() {
        return "generation";
    }

    @Override
    public String interpret(TagNode tag, JinjavaInterpreter interpreter) {
        StringBuilder out = new StringBuilder();
        tag.getChildren().forEach(child -> out.append(child.render(interpreter)));
        return out.toString();
    }
}
