package io.stillstream.huggingface.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.huggingface.HuggingFaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DecoderConfigTest {

    @TempDir
    private Path directory;

    @Test
    void read_whatToJsonWrote_isTheSame() throws IOException {
        PlainLlama llama = new PlainLlama(512, 64, 172, 5, 8, 4, 8, 256, 1e-5f, 500_000.0, true, 1, List.of(2, 3));
        Files.writeString(directory.resolve("config.json"), llama.toJson().toString());
        DecoderConfig config = DecoderConfig.read(directory);
        assertThat(config).isEqualTo(llama.config());
    }

    @Test
    void read_oldFormWithoutDefaults_fillsThem() throws IOException {
        Files.writeString(directory.resolve("config.json"), """
                {"model_type":"llama","vocab_size":10,"hidden_size":8,"intermediate_size":16,"num_hidden_layers":1,
                 "num_attention_heads":2,"max_position_embeddings":32,"rope_theta":50.5,"eos_token_id":3}""");
        DecoderConfig config = DecoderConfig.read(directory);
        assertThat(config.architecture()).isInstanceOfSatisfying(GatedDecoder.class, llama -> {
            assertThat(llama.heads()).isEqualTo(new Heads(2, 2, 4));
            assertThat(llama.rope()).isEqualTo(Rope.plain(4, 50.5));
        });
        assertThat(config.tiedEmbeddings()).isFalse();
        assertThat(config.eosTokenIds()).containsExactly(3);
    }

    @Test
    void read_otherArchitecture_isRefusedByName() throws IOException {
        Files.writeString(directory.resolve("config.json"), "{\"model_type\":\"mamba\"}");
        assertThatThrownBy(() -> DecoderConfig.read(directory))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining("model_type is 'mamba'; expected one of");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'vocab_size':'10' | vocab_size is '10'; expected a whole number",
                "'vocab_size':20000000000 | vocab_size is 20000000000; expected a whole number",
                "'num_key_value_heads':'two' | num_key_value_heads is 'two'; expected a whole number",
                "'head_dim':[4] | head_dim is a list of 1; expected a whole number",
                "'rope_theta':'much' | rope_theta is 'much'; expected a number",
                "'rms_norm_eps':1e999 | rms_norm_eps is",
                "'tie_word_embeddings':'yes' | tie_word_embeddings is 'yes'; expected true or false",
                "'bos_token_id':2.5 | bos_token_id is 2.5; expected a whole number",
                "'eos_token_id':[1,'x'] | eos_token_id is 'x'; expected a whole number",
                "'eos_token_id':{'a':1} | eos_token_id is an object of 1; expected a whole number"
            })
    void read_wrongType_isNamed(String field, String problem) throws IOException {
        String whole = """
                {"model_type":"llama","vocab_size":10,"hidden_size":8,"intermediate_size":16,"num_hidden_layers":1,
                 "num_attention_heads":2,"max_position_embeddings":32}""";
        String name = field.substring(0, field.indexOf(':')).replace('\'', '"');
        String others = whole.replace(name + ":10,", "");
        Files.writeString(
                directory.resolve("config.json"),
                others.substring(0, others.length() - 1) + "," + field.replace('\'', '"') + "}");
        assertThatThrownBy(() -> DecoderConfig.read(directory))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining(directory.resolve("config.json") + ": " + problem);
    }

    private static final String LLAMA = "'model_type':'llama','vocab_size':64,'hidden_size':32,'intermediate_size':48,"
            + "'num_hidden_layers':2,'num_attention_heads':4,'max_position_embeddings':128";

    private static final String GEMMA3 =
            "'model_type':'gemma3_text','vocab_size':64,'hidden_size':32,'intermediate_size':48,"
                    + "'num_hidden_layers':12,'num_attention_heads':4,'num_key_value_heads':1,'max_position_embeddings':128,"
                    + "'sliding_window':16";

    private static final String NEOX =
            "'model_type':'gpt_neox','vocab_size':64,'hidden_size':32,'intermediate_size':48,"
                    + "'num_hidden_layers':2,'num_attention_heads':2,'max_position_embeddings':128";

    /** As checkpoints of before transformers 5 have it, and as it writes the same. */
    static Stream<Arguments> spellings() {
        return Stream.of(
                Arguments.of(
                        LLAMA + ",'rope_theta':500000.0,'rope_scaling':{'factor':32.0,'high_freq_factor':4.0,"
                                + "'low_freq_factor':1.0,'original_max_position_embeddings':8192,'rope_type':'llama3'}",
                        LLAMA + ",'rope_parameters':{'rope_theta':500000.0,'factor':32.0,'high_freq_factor':4.0,"
                                + "'low_freq_factor':1.0,'original_max_position_embeddings':8192,'rope_type':'llama3'}"),
                Arguments.of(
                        LLAMA + ",'rope_scaling':{'type':'linear','factor':2}",
                        LLAMA + ",'rope_parameters':{'rope_type':'linear','factor':2.0,'rope_theta':10000.0}"),
                Arguments.of(
                        LLAMA + ",'rope_theta':100.0,'rope_scaling':{'type':'yarn','factor':4}",
                        LLAMA + ",'rope_theta':100,'rope_scaling':{'rope_type':'yarn','type':'yarn','factor':4},"
                                + "'rope_parameters':{'rope_type':'yarn','factor':4.0,'rope_theta':100.0}"),
                Arguments.of(
                        GEMMA3 + ",'rope_theta':1000000,'rope_local_base_freq':10000,'sliding_window_pattern':6,"
                                + "'rope_scaling':{'rope_type':'linear','factor':8.0},'cache_implementation':'hybrid'",
                        GEMMA3 + ",'layer_types':["
                                + "'sliding_attention',".repeat(5) + "'full_attention',"
                                + "'sliding_attention',".repeat(5) + "'full_attention'],'rope_parameters':{"
                                + "'full_attention':{'rope_theta':1000000,'rope_type':'linear','factor':8.0},"
                                + "'sliding_attention':{'rope_theta':10000,'rope_type':'default'}}"),
                Arguments.of(
                        NEOX + ",'rotary_emb_base':10000,'rotary_pct':0.25",
                        NEOX
                                + ",'rope_parameters':{'rope_theta':10000.0,'rope_type':'default','partial_rotary_factor':0.25}"));
    }

    @ParameterizedTest
    @MethodSource("spellings")
    void read_olderSpelling_isTheSameAsTheNewer(String older, String newer) throws IOException {
        DecoderConfig one = read(older);
        assertThat(read(newer)).isEqualTo(one);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'quantization_config':{'bits':4} | quantization_config is an object of 1, which a llama decoder here does not",
                "'num_experts':8 | num_experts is 8, which a llama decoder here does not compute",
                "'attention_multiplier':0.5 | attention_multiplier is 0.5, which a llama decoder here does not compute",
                "'hidden_act':'mish' | hidden_act is 'mish'; expected one of gelu, gelu_fast, gelu_new, gelu_pytorch_tanh, relu",
                "'pretraining_tp':2 | pretraining_tp is 2; expected 1",
                "'rope_scaling':{'rope_type':'spiral','factor':2} | rope_scaling.rope_type is 'spiral'; expected default, linear",
                "'rope_scaling':{'rope_type':'linear'} | rope_scaling.factor is missing; expected a number",
                "'rope_scaling':{'rope_type':'linear','factor':2,'mscale':3} | rope_scaling.mscale is 3; expected nothing else",
                "'rope_scaling':{'rope_type':'linear','type':'yarn','factor':2} | rope_scaling.type is 'yarn'; expected 'linear'",
                "'rope_scaling':'linear' | rope_scaling is 'linear'; expected an object",
                "'rope_theta':10,'rope_parameters':{'rope_theta':20} | rope_theta is 10; expected 20.0, as the configuration",
                "'rope_scaling':{'rope_type':'linear','factor':2},'rope_parameters':{'rope_theta':10000,'rope_type':'default'} | beside",
                "'partial_rotary_factor':0.5 | partial_rotary_factor is 0.5, which a llama decoder here does not compute",
                "'num_key_value_heads':3 | num_attention_heads 4 is no multiple of num_key_value_heads 3",
                "'head_dim':7 | head_dim is 7; rotary embeddings need an even number",
                "'mlp_bias':1 | mlp_bias is 1; expected true or false"
            })
    void read_whatChangesTheMathematics_isRefusedByName(String fields, String problem) {
        assertThatThrownBy(() -> read(LLAMA + "," + fields))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining(problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'quantization_config':null",
                "'use_sliding_window':false",
                "'pruned_heads':{}",
                "'encoder_no_repeat_ngram_size':0",
                "'attention_probs_dropout_prob':0.1",
                "'use_flash_attention_2':true",
                "'is_llama_config':true"
            })
    void read_keyThatIsOffOrHarmless_changesNothing(String field) throws IOException {
        assertThat(read(LLAMA + "," + field)).isEqualTo(read(LLAMA));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'layer_types':['full_attention'] | layer_types is a list of 1; expected one of 12, the number of layers",
                "'layer_types':['chunked_attention'] | layer_types is 'chunked_attention'; expected 'full_attention' or",
                "'use_bidirectional_attention':true | use_bidirectional_attention is true; expected false",
                "'sliding_window_pattern':0 | sliding_window_pattern is 0; expected at least 1"
            })
    void read_gemma_whatIsNotItsOwn_isRefusedByName(String field, String problem) {
        assertThatThrownBy(() -> read(GEMMA3 + "," + field))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining(problem);
    }

    private static final String T5 =
            "'d_ff':48,'d_kv':8,'d_model':32,'decoder_start_token_id':0,'dropout_rate':0.1,'eos_token_id':1,"
                    + "'initializer_factor':1.0,'is_encoder_decoder':true,'layer_norm_epsilon':1e-06,'num_decoder_layers':2,"
                    + "'num_heads':4,'num_layers':2,'pad_token_id':0,'relative_attention_num_buckets':32,'use_cache':true,"
                    + "'vocab_size':64";

    /** Saved by transformers 5, which says of every T5 that its head is tied, and as the model was published. */
    @Test
    void read_t5ThatDoesNotScaleItsOutput_isTheSameButForTheHead() throws IOException {
        DecoderConfig published = read("'model_type':'t5'," + T5 + ",'tie_word_embeddings':false");
        DecoderConfig saved =
                read("'model_type':'t5'," + T5 + ",'tie_word_embeddings':true,'scale_decoder_outputs':false");
        assertThat(saved).isNotEqualTo(published);
        assertThat(saved.untied()).isEqualTo(published);
        assertThat(published.sourceLength(5)).isEqualTo(4);
        assertThat(published.architecture().attributes()).containsEntry("output_scale", 1.0);
        assertThat(read("'model_type':'t5'," + T5).architecture().attributes())
                .containsEntry("output_scale", 1 / Math.sqrt(32));
        assertThat(read("'model_type':'mt5'," + T5).architecture().attributes()).containsEntry("output_scale", 1.0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'feed_forward_proj':'gated-mish' | feed_forward_proj is 'gated-mish'; expected one of gelu, gelu_fast,",
                "'feed_forward_proj':'fenced-gelu' | swish, each also after 'gated-'",
                "'dense_act_fn':'gelu' | dense_act_fn is 'gelu'; expected that of feed_forward_proj",
                "'is_gated_act':true | is_gated_act is true; expected false, as feed_forward_proj has it",
                "'is_encoder_decoder':false | is_encoder_decoder is false; expected true",
                "'relative_attention_num_buckets':3 | relative_attention_num_buckets is 3; expected at least 4",
                "'relative_attention_max_distance':16 | relative_attention_max_distance is 16; expected more than half of",
                "'decoder_start_token_id':64 | decoder_start_token_id is 64; expected 0 to 63, a row of the embedding",
                "'num_layers':513 | num_layers is 513; expected at most 512",
                "'n_positions':2000000000 | n_positions is 2000000000; expected 1 to",
                "'d_kv':0 | head_dim is 0; expected at least 1",
                "'scalable_attention':true | scalable_attention is true, which a t5 decoder here does not compute"
            })
    void read_t5_whatIsNotItsOwn_isRefusedByName(String field, String problem) {
        String name = field.substring(0, field.indexOf(':') + 1);
        assertThatThrownBy(() -> read("'model_type':'t5'," + T5.replaceAll(name + "[^,]*,", "") + "," + field))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining(problem);
    }

    private static final String SIZES = "'vocab_size':64,'hidden_size':32,'intermediate_size':48,'num_hidden_layers':4,"
            + "'num_attention_heads':4,'num_key_value_heads':2,'max_position_embeddings':128,";

    /** What checkpoints on the hub have besides sizes; it must not be refused. */
    static Stream<String> published() {
        return Stream.of(
                // Llama 3.2, SmolLM2, TinyLlama
                "'model_type':'llama'," + SIZES
                        + "'attention_bias':false,'attention_dropout':0.0,'bos_token_id':128000,"
                        + "'eos_token_id':[128001,128008,128009],'head_dim':8,'hidden_act':'silu','initializer_range':0.02,"
                        + "'mlp_bias':false,'pretraining_tp':1,'rms_norm_eps':1e-05,'rope_scaling':{'factor':32.0,"
                        + "'high_freq_factor':4.0,'low_freq_factor':1.0,'original_max_position_embeddings':8192,"
                        + "'rope_type':'llama3'},'rope_theta':500000.0,'tie_word_embeddings':true,'torch_dtype':'bfloat16',"
                        + "'transformers_version':'4.45.0.dev0','use_cache':true,'unsloth_fixed':true",
                "'model_type':'llama'," + SIZES + "'is_llama_config':true,'rope_interleaved':false,'rope_scaling':null,"
                        + "'rope_theta':100000,'transformers.js_config':{'kv_cache_dtype':{'q4f16':'float16'}}",
                // Mistral 7B
                "'model_type':'mistral'," + SIZES + "'hidden_act':'silu','rms_norm_eps':1e-05,'rope_theta':10000.0,"
                        + "'sliding_window':4096,'tie_word_embeddings':false",
                // Qwen2.5, Qwen3
                "'model_type':'qwen2'," + SIZES
                        + "'max_window_layers':21,'rope_theta':1000000.0,'sliding_window':32768,"
                        + "'tie_word_embeddings':true,'use_mrope':false,'use_sliding_window':false",
                "'model_type':'qwen3'," + SIZES + "'attention_bias':false,'head_dim':128,'max_window_layers':28,"
                        + "'rope_scaling':null,'rope_theta':1000000,'sliding_window':null,'use_sliding_window':false",
                // SmolLM3
                "'model_type':'smollm3'," + SIZES
                        + "'attention_bias':false,'layer_types':['full_attention','full_attention',"
                        + "'full_attention','full_attention'],'max_window_layers':28,'mlp_bias':false,"
                        + "'no_rope_layer_interval':4,'no_rope_layers':[1,1,1,0],'pretraining_tp':2,'rope_scaling':null,"
                        + "'rope_theta':5000000.0,'sliding_window':null,'use_sliding_window':false",
                // Gemma 2, Gemma 3
                "'model_type':'gemma2'," + SIZES + "'_name_or_path':'google/gemma-2-9b','attention_bias':false,"
                        + "'attn_logit_softcapping':50.0,'cache_implementation':'hybrid','final_logit_softcapping':30.0,"
                        + "'head_dim':256,'hidden_act':'gelu_pytorch_tanh','hidden_activation':'gelu_pytorch_tanh',"
                        + "'query_pre_attn_scalar':256,'rope_theta':10000.0,'sliding_window':4096,'sliding_window_size':4096",
                "'model_type':'gemma3_text'," + SIZES + "'_sliding_window_pattern':6,'attn_logit_softcapping':null,"
                        + "'cache_implementation':'hybrid','eos_token_id':[1,106],'final_logit_softcapping':null,'head_dim':256,"
                        + "'hidden_activation':'gelu_pytorch_tanh','query_pre_attn_scalar':256,'rope_local_base_freq':10000,"
                        + "'rope_scaling':null,'rope_theta':1000000,'sliding_window':512,'sliding_window_pattern':6,"
                        + "'use_bidirectional_attention':false",
                // Phi-3-mini, Phi-4-mini
                "'model_type':'phi3'," + SIZES
                        + "'attention_bias':false,'auto_map':{'AutoConfig':'configuration_phi3.Phi3Config'},"
                        + "'embd_pdrop':0.0,'original_max_position_embeddings':128,'resid_pdrop':0.0,'rope_scaling':null,"
                        + "'rope_theta':10000.0,'sliding_window':2047,'_attn_implementation':'flash_attention_2'",
                "'model_type':'phi3'," + SIZES
                        + "'full_attn_mod':1,'interpolate_factor':1,'lm_head_bias':false,'mlp_bias':false,"
                        + "'original_max_position_embeddings':64,'partial_rotary_factor':0.75,'rope_scaling':{'long_factor':"
                        + "[1,1.2,3],'short_factor':[1,1,1],'type':'longrope'},'sliding_window':262144",
                // Pythia
                "'model_type':'gpt_neox'," + SIZES.replace("'num_key_value_heads':2,", "") + "'hidden_act':'gelu',"
                        + "'layer_norm_eps':1e-05,'rotary_emb_base':10000,'rotary_pct':0.25,'tie_word_embeddings':false,"
                        + "'use_parallel_residual':true,'classifier_dropout':0.1,'hidden_dropout':0.0",
                // GPT-2
                "'model_type':'gpt2','activation_function':'gelu_new','attn_pdrop':0.1,'embd_pdrop':0.1,'layer_norm_epsilon':1e-05,"
                        + "'n_ctx':1024,'n_embd':32,'n_head':4,'n_layer':2,'n_positions':1024,'resid_pdrop':0.1,"
                        + "'summary_activation':null,'summary_first_dropout':0.1,'summary_proj_to_labels':true,"
                        + "'summary_type':'cls_index','summary_use_proj':true,'task_specific_params':{'text-generation':"
                        + "{'do_sample':true,'max_length':50}},'vocab_size':64",
                // OPT 350M
                "'model_type':'opt','_remove_final_layer_norm':false,'activation_dropout':0.0,'activation_function':'relu',"
                        + "'attention_dropout':0.0,'do_layer_norm_before':false,'dropout':0.1,'ffn_dim':48,'hidden_size':32,"
                        + "'init_std':0.02,'layerdrop':0.0,'max_position_embeddings':2048,'num_attention_heads':4,"
                        + "'num_hidden_layers':2,'prefix':'</s>','vocab_size':64,'word_embed_proj_dim':16",
                // T5, FLAN-T5, mT0
                "'model_type':'t5'," + T5
                        + ",'n_positions':512,'output_past':true,'task_specific_params':{'summarization':"
                        + "{'early_stopping':true,'length_penalty':2.0,'prefix':'summarize: '}}",
                "'model_type':'t5'," + T5
                        + ",'classifier_dropout':0.0,'dense_act_fn':'gelu_new','feed_forward_proj':'gated-gelu',"
                        + "'is_gated_act':true,'n_positions':512,'output_past':true,'relative_attention_max_distance':128,"
                        + "'tie_word_embeddings':false",
                "'model_type':'mt5'," + T5
                        + ",'feed_forward_proj':'gated-gelu','tie_word_embeddings':false,'tokenizer_class':'T5Tokenizer'",
                // Bloomz
                "'model_type':'bloom','apply_residual_connection_post_layernorm':false,'attention_softmax_in_fp32':true,"
                        + "'bias_dropout_fusion':true,'hidden_dropout':0.0,'layer_norm_epsilon':1e-05,'masked_softmax_fusion':true,"
                        + "'n_embed':32,'n_inner':null,'n_layer':2,'num_attention_heads':4,'offset_alibi':100,'pretraining_tp':1,"
                        + "'seq_length':2048,'skip_bias_add':true,'skip_bias_add_qkv':false,'unk_token_id':0,'vocab_size':64");
    }

    @ParameterizedTest
    @MethodSource("published")
    void read_keysOfPublishedCheckpoints_areUnderstood(String fields) throws IOException {
        DecoderConfig config = read(fields);
        assertThat(config.vocabularySize()).isEqualTo(64);
        assertThat(config.architecture().parameters())
                .containsKeys(
                        config.architecture().embedding(), config.architecture().head());
    }

    @Test
    void read_moreLayersThanAnyDecoder_isRefusedBeforeTheyTakeMemory() {
        assertThatThrownBy(() -> read(LLAMA.replace("'num_hidden_layers':2", "'num_hidden_layers':2000000000")))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining("num_hidden_layers is 2000000000; expected at most 512");
    }

    private DecoderConfig read(String fields) throws IOException {
        Files.writeString(directory.resolve("config.json"), ("{" + fields + "}").replace('\'', '"'));
        return DecoderConfig.read(directory);
    }

    @Test
    void read_missingFile_saysWhatIsExpected() {
        assertThatThrownBy(() -> DecoderConfig.read(directory))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining("no config.json");
    }
}
