package io.stillstream.producer.parsing.shape;

import io.stillstream.producer.parsing.body.Answers;
import io.stillstream.producer.parsing.body.Call;
import io.stillstream.producer.parsing.body.Requests;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.InvalidFieldException;
import java.util.List;

/** A request's fields with the answer's beside them: fine-tuning files, stored completions, this project's own lines. */
final class OneObject implements Shape {

    private static final List<String> ANSWERS = List.of("response", "completion", "output", "choices", "answer");

    @Override
    public boolean matches(Field line) {
        return Requests.holds(line);
    }

    @Override
    public void read(Field line, Call call) {
        Requests.read(line, call);
        answer(line, call);
    }

    /** The one answer of a line; an {@code answer} beside another is what it ought to have been. */
    static void answer(Field line, Call call) {
        List<String> present = ANSWERS.stream().filter(line::has).toList();
        if (present.size() > 1 && present.contains("answer")) {
            call.reference(line.get("answer"));
            present = present.stream().filter(name -> !name.equals("answer")).toList();
        }
        if (present.size() > 1) {
            throw new InvalidFieldException("the line has the answers " + present + "; expected one of them");
        }
        if (present.isEmpty()) {
            return;
        }
        Field answer = line.get(present.get(0));
        if (present.get(0).equals("choices") || (present.get(0).equals("output") && !answer.isText())) {
            Answers.fields(line, call);
        } else {
            Answers.read(answer, call);
        }
        call.finishReason(line.first("finish_reason", "finishReason", "stop_reason"));
    }
}
