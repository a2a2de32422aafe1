package io.stillstream.student.torchscript;

import io.stillstream.student.StudentException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A TorchScript object as a pickle (protocol 2): an instance of a class of the archive, with its attributes.
 *
 * <p>The opcodes: {@code GLOBAL class, EMPTY_TUPLE, NEWOBJ, EMPTY_DICT, MARK, (name, value)*, SETITEMS, BUILD, STOP}. An
 * attribute may be an object itself.
 */
final class ModulePickle {

    /** An empty tuple: an archive without tensor constants. */
    static final byte[] NO_CONSTANTS = {(byte) 0x80, 2, ')', '.'};

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private ModulePickle() {}

    static byte[] write(String className, Map<String, Object> attributes) {
        ModulePickle pickle = new ModulePickle();
        pickle.bytes.write(0x80);
        pickle.bytes.write(2);
        pickle.object(className, attributes);
        pickle.text(".");
        return pickle.bytes.toByteArray();
    }

    private void object(String className, Map<String, Object> attributes) {
        int dot = className.lastIndexOf('.');
        text("c__torch__." + className.substring(0, dot) + "\n" + className.substring(dot + 1) + "\n");
        text(")\u0081}(");
        attributes.forEach(this::attribute);
        text("ub");
    }

    private void attribute(String name, Object value) {
        unicode(name);
        if (value instanceof Boolean flag) {
            bytes.write(flag ? 0x88 : 0x89);
        } else if (value instanceof Integer integer) {
            integer(integer);
        } else if (value instanceof Double real) {
            real(real);
        } else if (value instanceof String string) {
            unicode(string);
        } else if (value instanceof int[] integers) {
            list("build_intlist", () -> Arrays.stream(integers).forEach(this::integer));
        } else if (value instanceof double[] reals) {
            list("build_doublelist", () -> Arrays.stream(reals).forEach(this::real));
        } else if (value instanceof TorchScriptObject object) {
            object(object.className(), object.attributes());
        } else {
            throw new StudentException(
                    "attribute " + name + " is a "
                            + value.getClass().getSimpleName()
                            + "; expected a Boolean, an Integer, a Double, a String, an int[], a double[] or a TorchScriptObject");
        }
    }

    /** A list that says what it is of: {@code GLOBAL build, MARK, EMPTY_LIST, MARK, value*, APPENDS, TUPLE, REDUCE}. */
    private void list(String build, Runnable values) {
        text("ctorch.jit._pickle\n" + build + "\n(](");
        values.run();
        text("etR");
    }

    private void integer(int value) {
        bytes.write('J');
        number(ByteOrder.LITTLE_ENDIAN, Integer.BYTES, buffer -> buffer.putInt(value));
    }

    private void real(double value) {
        bytes.write('G');
        number(ByteOrder.BIG_ENDIAN, Double.BYTES, buffer -> buffer.putDouble(value));
    }

    private void unicode(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        bytes.write('X');
        number(ByteOrder.LITTLE_ENDIAN, Integer.BYTES, buffer -> buffer.putInt(utf8.length));
        bytes.writeBytes(utf8);
    }

    private void number(ByteOrder order, int size, Consumer<ByteBuffer> put) {
        ByteBuffer buffer = ByteBuffer.allocate(size).order(order);
        put.accept(buffer);
        bytes.writeBytes(buffer.array());
    }

    private void text(String latin1) {
        bytes.writeBytes(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }
}
