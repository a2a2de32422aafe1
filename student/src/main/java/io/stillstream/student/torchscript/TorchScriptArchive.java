package io.stillstream.student.torchscript;

import io.stillstream.student.StudentException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * TorchScript text as the file that libtorch loads: {@code torch.jit.load} reads it as {@link TorchScriptModule} does.
 *
 * <p>The format is a zip of stored entries under one folder: {@code data.pkl} (the module object and its attributes),
 * {@code code/__torch__/<module>.py}, {@code constants.pkl}, {@code version}, {@code byteorder}. The same text and
 * attributes are the same bytes.
 */
public final class TorchScriptArchive {

    private static final String RESOURCES = "/torchscript/";
    private static final String FOLDER = "stillstream/";
    /** The archive version that libtorch has written since 1.6. */
    private static final String VERSION = "3\n";
    /** The zip format's first day: an archive must not depend on the clock. */
    private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0);

    private final String className;
    private final Map<String, String> sources;
    private final Map<String, Object> attributes;

    /**
     * @param className the class to instantiate, {@code module.Class}
     * @param sources each module's text by the module's name
     * @param attributes the instance's attributes, as those of a {@link TorchScriptObject}
     */
    public TorchScriptArchive(String className, Map<String, String> sources, Map<String, Object> attributes) {
        this.className = className;
        this.sources = new TreeMap<>(sources);
        this.attributes = new LinkedHashMap<>(attributes);
    }

    /** An archive of modules that lie in this project's {@code torchscript} resources. */
    public static TorchScriptArchive ofResources(
            String className, List<String> modules, Map<String, Object> attributes) {
        return new TorchScriptArchive(className, Map.of(), attributes).withResources(modules);
    }

    /** The same with more modules of this project's {@code torchscript} resources. */
    public TorchScriptArchive withResources(List<String> modules) {
        Map<String, String> more = new TreeMap<>(sources);
        modules.forEach(module -> more.put(module, resource(module + ".py")));
        return new TorchScriptArchive(className, more, attributes);
    }

    /** The same with a module that lies in these resources by another name. */
    public TorchScriptArchive withResource(String module, String resource) {
        return with(module, resource(resource + ".py"));
    }

    /** The same with one more module. */
    public TorchScriptArchive with(String module, String source) {
        Map<String, String> more = new TreeMap<>(sources);
        more.put(module, source);
        return new TorchScriptArchive(className, more, attributes);
    }

    public byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            store(zip, "data.pkl", ModulePickle.write(className, attributes));
            for (Map.Entry<String, String> source : sources.entrySet()) {
                TorchScriptSource module = new TorchScriptSource(source.getKey(), source.getValue());
                store(
                        zip,
                        "code/__torch__/" + module.module() + ".py",
                        module.qualified(sources.keySet()).getBytes(StandardCharsets.UTF_8));
            }
            store(zip, "constants.pkl", ModulePickle.NO_CONSTANTS);
            store(zip, "version", VERSION.getBytes(StandardCharsets.US_ASCII));
            store(zip, "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new StudentException("the TorchScript archive of " + className + " could not be built", e);
        }
        return bytes.toByteArray();
    }

    String className() {
        return className;
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry(FOLDER + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setTimeLocal(EPOCH);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    private static String resource(String name) {
        try (InputStream in = TorchScriptArchive.class.getResourceAsStream(RESOURCES + name)) {
            if (in == null) {
                throw new StudentException("no TorchScript source " + RESOURCES + name + " on the classpath");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new StudentException("could not read the TorchScript source " + name, e);
        }
    }
}
