package io.stillstream.bench;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The arrows of ARCHITECTURE.md: who may know whom. */
final class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.stillstream");

    @Test
    void stages_doNotKnowEachOther() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("contract")
                .definedBy("io.stillstream.contract..")
                .layer("monitoring")
                .definedBy("io.stillstream.monitoring..")
                .layer("producer")
                .definedBy("io.stillstream.producer..")
                .layer("scorer")
                .definedBy("io.stillstream.scorer..")
                .layer("trainer")
                .definedBy("io.stillstream.trainer..")
                .layer("pipeline")
                .definedBy("io.stillstream.pipeline..")
                .whereLayer("contract")
                .mayNotAccessAnyLayer()
                .whereLayer("monitoring")
                .mayNotAccessAnyLayer()
                .whereLayer("producer")
                .mayOnlyAccessLayers("contract", "monitoring")
                .whereLayer("scorer")
                .mayOnlyAccessLayers("contract", "monitoring")
                .whereLayer("trainer")
                .mayOnlyAccessLayers("contract", "monitoring")
                .whereLayer("pipeline")
                .mayNotBeAccessedByAnyLayer()
                .check(CLASSES);
    }

    @Test
    void onnxRuntime_isKnownInOneRoom() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.stillstream.scorer.onnx..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ai.onnxruntime..")
                .check(CLASSES);
    }

    @Test
    void djl_isKnownToTheTrainerAlone() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.stillstream.trainer..")
                .should()
                .dependOnClassesThat(resideInAPackage("ai.djl..").and(resideOutsideOfPackages("ai.djl.huggingface..")))
                .check(CLASSES);
    }

    @Test
    void text_isCutInOneRoom() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.stillstream.contract.tokenizer..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ai.djl.huggingface..")
                .check(CLASSES);
    }

    @Test
    void kafkaServer_isKnownToTheEmbeddedBrokerAlone() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.stillstream.pipeline.broker..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("kafka..", "org.apache.kafka.metadata..")
                .check(CLASSES);
    }

    @Test
    void modules_haveNoCycles() {
        slices().matching("io.stillstream.(*)..").should().beFreeOfCycles().check(CLASSES);
    }
}
