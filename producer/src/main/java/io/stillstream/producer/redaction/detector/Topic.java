package io.stillstream.producer.redaction.detector;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What the words around a number say that it is. Words in small letters; one that begins with a space begins a word. */
public enum Topic {
    PHONE(
            " phone",
            " telephone",
            " tel ",
            " tel.",
            " cell ",
            " cellphone",
            " mobile",
            " call ",
            " calling ",
            " fax",
            " whatsapp",
            " sms ",
            " text me",
            " dial",
            " reach me",
            " reach us",
            " contact",
            " number is",
            " hotline",
            " handy",
            " telefon",
            " rufnummer",
            " anruf",
            " durchwahl",
            " téléphone",
            " portable",
            " appel",
            " numéro de tél",
            " numéro est",
            " número es",
            " numero è",
            " nummer ist",
            " nummer is",
            " joindre au",
            " teléfono",
            " móvil",
            " movil",
            " celular",
            " llám",
            " llam",
            " telefono",
            " cellulare",
            " chiam",
            " telefone",
            " ligue",
            " ligar",
            " telemóvel",
            " telefoon",
            " bel ",
            " bellen",
            " mobiel",
            " komórk",
            " zadzwo",
            " numer ",
            "телефон",
            "звони",
            "电话",
            "手机",
            "致电",
            "電話",
            "携帯",
            "전화",
            "휴대폰",
            "फ़ोन",
            "फोन",
            "मोबाइल",
            "هاتف"),
    SSN(" ssn", " social security", " social-security", " socialsecurity", " itin", " taxpayer", " tax id", " tax-id"),
    UK_NINO(" nino", " national insurance", " ni number", " ni no", " n.i."),
    UK_NHS(" nhs"),
    DE_TAX(" steuer", " idnr", " id-nr", " identifikationsnummer", " tax id", " tax-id", " tin "),
    ES_DNI(" dni", " nie ", " nie:", " nif", " documento", " identidad", " national id", " id number"),
    BR_CPF(" cpf"),
    IN_AADHAAR(" aadhaar", " aadhar", " uidai", "आधार"),
    IN_PAN(" pan ", " pan:", " permanent account"),
    NL_BSN(" bsn", " burgerservice", " sofi"),
    PL_PESEL(" pesel"),
    CA_SIN(" sin ", " sin:", " social insurance"),
    AU_TFN(" tfn", " tax file"),
    PT_NIF(" nif", " contribuinte"),
    BE_RRN(" rijksregister", " registre national", " numéro national", " national number"),
    NORDIC(" personnummer", " personal identity", " personal number", " fødselsnummer", " fodselsnummer", " cpr"),
    JP_NUMBER(" my number", "マイナンバー", "個人番号"),
    PASSPORT(
            " passport",
            " reisepass",
            " passeport",
            " pasaporte",
            " passaporto",
            " passaporte",
            " paspoort",
            " paszport",
            "паспорт",
            "护照");

    @SuppressWarnings("ImmutableEnumChecker") // It is never written to.
    private final List<String> words;

    Topic(String... words) {
        this.words = List.of(words);
    }

    /** As keywords: what is cut off from a space begins or ends a word. */
    List<Keyword> keywords() {
        return words.stream()
                .map(word -> new Keyword(word.strip(), word.startsWith(" "), word.endsWith(" ")))
                .toList();
    }

    static Stream<Topic> all() {
        return Arrays.stream(values());
    }
}
