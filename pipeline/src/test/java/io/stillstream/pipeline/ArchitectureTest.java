package io.stillstream.pipeline;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of ARCHITECTURE.md: who may know whom. */
@AnalyzeClasses(packages = "io.stillstream", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {

    @ArchTest
    static final ArchRule stagesDoNotKnowEachOther = layeredArchitecture()
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
            .whereLayer("pipeline")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("producer")
            .mayOnlyBeAccessedByLayers("pipeline")
            .whereLayer("scorer")
            .mayOnlyBeAccessedByLayers("pipeline")
            .whereLayer("trainer")
            .mayOnlyBeAccessedByLayers("pipeline")
            .whereLayer("contract")
            .mayOnlyAccessLayers()
            .whereLayer("monitoring")
            .mayOnlyAccessLayers();

    @ArchTest
    static final ArchRule onlyTheOnnxRoomKnowsOnnxRuntime = noClasses()
            .that()
            .resideOutsideOfPackage("io.stillstream.scorer.onnx..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.onnxruntime..");

    @ArchTest
    static final ArchRule onlyTheTrainerKnowsDjl = noClasses()
            .that()
            .resideOutsideOfPackage("io.stillstream.trainer..")
            .should()
            .dependOnClassesThat(resideInAPackage("ai.djl..").and(resideOutsideOfPackages("ai.djl.huggingface..")));

    @ArchTest
    static final ArchRule textIsCutInOnePlace = noClasses()
            .that()
            .resideOutsideOfPackage("io.stillstream.contract.tokenizer..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl.huggingface..");

    @ArchTest
    static final ArchRule onlyTheEmbeddedBrokerKnowsTheServer = noClasses()
            .that()
            .resideOutsideOfPackage("io.stillstream.pipeline.broker..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("kafka..", "org.apache.kafka.metadata..");

    @ArchTest
    static final ArchRule modulesHaveNoCycles =
            slices().matching("io.stillstream.(*)..").should().beFreeOfCycles();
}
