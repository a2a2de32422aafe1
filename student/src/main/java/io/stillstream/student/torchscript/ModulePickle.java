package io.stillstream.student.torchscript;

import io.stillstream.student.StudentException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A TorchScript object as a pickle (protocol 2): an instance of a class of the archive, with its attributes.
 *
 * <p>The opcodes: {@code GLOBAL class, EMPTY_TUPLE, NEWOBJ, EMPTY_DICT, MARK, (name, value)*, SETITEMS, BUILD, STOP}.
 */
final class ModulePickle {

    /** An empty tuple: an archive without tensor constants. */
    static final byte[] NO_CONSTANTS = {(byte) 0x80, 2, ')', '.'};

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private ModulePickle() {}

    static byte[] write(String className, Map<String, Object> attributes) {
        ModulePickle pickle = new ModulePickle();
        int dot = className.lastIndexOf('.');
        pickle.bytes.write(0x80);
        pickle.bytes.write(2);
        pickle.text("c__torch__." + className.substring(0, dot) + "\n" + className.substring(dot + 1) + "\n");
        pickle.text(")\u0081}(");
        attributes.forEach(pickle::attribute);
        pickle.text("ub.");
        return pickle.bytes.toByteArray();
    }

    private void attribute(String name, Object value) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        bytes.write('X');
        number(ByteOrder.LITTLE_ENDIAN, Integer.BYTES, buffer -> buffer.putInt(utf8.length));
        bytes.writeBytes(utf8);
        if (value instanceof Boolean flag) {
            bytes.write(flag ? 0x88 : 0x89);
        } else if (value instanceof Integer integer) {
            bytes.write('J');
            number(ByteOrder.LITTLE_ENDIAN, Integer.BYTES, buffer -> buffer.putInt(integer));
        } else if (value instanceof Double real) {
            bytes.write('G');
            number(ByteOrder.BIG_ENDIAN, Double.BYTES, buffer -> buffer.putDouble(real));
        } else {
            throw new StudentException("attribute " + name + " is a "
                    + value.getClass().getSimpleName() + "; expected a Boolean, an Integer or a Double");
        }
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
