package io.stillstream.contract.file;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Optional;

/** Why a file could not be read or written, in a sentence's words: Java's own message of most such failures is the path alone. */
public final class FileProblem {

    private FileProblem() {}

    /** Such as {@code there is no students/tiny}. */
    public static String of(IOException e) {
        if (e instanceof CharacterCodingException) {
            return "its bytes are not UTF-8 text";
        }
        if (!(e instanceof FileSystemException failure)) {
            return Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName());
        }
        String file = failure.getFile();
        if (e instanceof NoSuchFileException) {
            return "there is no " + file;
        }
        if (e instanceof FileAlreadyExistsException) {
            return file + " is there already, and is no directory";
        }
        if (e instanceof AccessDeniedException) {
            return "this user may not use " + file;
        }
        if (e instanceof NotDirectoryException) {
            return file + " is no directory";
        }
        if (e instanceof DirectoryNotEmptyException) {
            return file + " is not empty";
        }
        return file + (failure.getReason() == null ? " cannot be used" : ": " + failure.getReason());
    }
}
