extension CaffeSchemaText {
  /// The parameters of layers, A to I.
  static let parametersAToI = """
    message AccuracyParameter {
      uint32 top_k = 1 [default = 1]; int32 axis = 2 [default = 1]; int32 ignore_label = 3;
    }
    message AnnotatedDataParameter {
      repeated BatchSampler batch_sampler = 1; string label_map_file = 2;
      AnnotatedDatum.AnnotationType anno_type = 3;
    }
    message AnnotatedDatum {
      enum AnnotationType { BBOX = 0; }
      Datum datum = 1; AnnotationType type = 2; repeated AnnotationGroup annotation_group = 3;
      uint32 record_id = 4 [default = 0];
    }
    message Annotation { int32 instance_id = 1 [default = 0]; NormalizedBBox bbox = 2; }
    message AnnotationGroup { int32 group_label = 1; repeated Annotation annotation = 2; }
    message ArgMaxParameter {
      bool out_max_val = 1 [default = false]; uint32 top_k = 2 [default = 1]; int32 axis = 3;
    }
    message BNParameter {
      enum BNMode { LEARN = 0; INFERENCE = 1; }
      FillerParameter scale_filler = 1; FillerParameter shift_filler = 2;
      BNMode bn_mode = 3 [default = LEARN]; FillerParameter bias_filler = 0; float eps = 0 [default = 1e-5];
      bool frozen = 0 [default = false]; float momentum = 0 [default = 0.9];
      FillerParameter slope_filler = 0; float var_eps = 0 [default = 1e-10];
      float decay = 0 [default = 0.95]; bool moving_average = 0 [default = true];
      bool icnet = 0 [default = false];
    }
    message BatchNormParameter {
      enum Engine { DEFAULT = 0; CAFFE = 1; CUDNN = 2; MKL2017 = 3; MKLDNN = 4; }
      bool use_global_stats = 1; float moving_average_fraction = 2 [default = 0.999];
      float eps = 3 [default = 1e-5]; uint32 stats_batch_size = 9 [default = 0];
      bool relu = 10 [default = false]; FillerParameter bias_filler = 0;
      bool bias_term = 0 [default = true]; Engine engine = 0 [default = DEFAULT];
      FillerParameter filler = 0; bool scale_bias = 0 [default = false]; FillerParameter scale_filler = 0;
      bool use_weight_bias = 0 [default = true];
    }
    message BatchSampler {
      bool use_original_image = 1 [default = true]; Sampler sampler = 2;
      SampleConstraint sample_constraint = 3; uint32 max_sample = 4; uint32 max_trials = 5 [default = 100];
    }
    message BiasParameter {
      int32 axis = 1 [default = 1]; int32 num_axes = 2 [default = 1]; FillerParameter filler = 3;
    }
    message BoxAnnotatorOHEMParameter {
      required uint32 roi_per_img = 1; int32 ignore_label = 2 [default = -1];
    }
    message ClipParameter { required float min = 1; required float max = 2; }
    message CompileNetState {
      bool is_init = 1 [default = true]; bool bn_scale_remove = 2 [default = false];
      bool bn_scale_merge = 3 [default = false]; repeated string kept_bn_layers = 4;
      repeated string negative_conv_names = 5; repeated uint32 negative_conv_indexes = 6;
    }
    message ConcatParameter {
      enum Engine { DEFAULT = 0; CAFFE = 1; MKL2017 = 3; MKLDNN = 4; }
      uint32 concat_dim = 1 [default = 1]; int32 axis = 2 [default = 1];
      Engine engine = 3 [default = DEFAULT]; bool per_fla_fuse = 4 [default = false];
    }
    message ContrastiveLossParameter {
      float margin = 1 [default = 1]; bool legacy_version = 2 [default = false];
    }
    message ConvolutionParameter {
      enum CuDNNConvolutionAlgorithmSeeker { GET = 0; FINDEX = 1; }
      enum Engine { DEFAULT = 0; CAFFE = 1; CUDNN = 2; MKL2017 = 3; MKLDNN = 4; }
      enum FusionType { NONE_FUSION = 0; SUM_FUSION = 1; }
      uint32 num_output = 1; bool bias_term = 2 [default = true]; repeated uint32 pad = 3;
      repeated uint32 kernel_size = 4; uint32 group = 5 [default = 1]; repeated uint32 stride = 6;
      FillerParameter weight_filler = 7; FillerParameter bias_filler = 8; uint32 pad_h = 9 [default = 0];
      uint32 pad_w = 10 [default = 0]; uint32 kernel_h = 11; uint32 kernel_w = 12; uint32 stride_h = 13;
      uint32 stride_w = 14; Engine engine = 15 [default = DEFAULT]; int32 axis = 16 [default = 1];
      bool force_nd_im2col = 17 [default = false]; repeated uint32 dilation = 18;
      string conv_algorithm = 21 [default = "direct"]; repeated float coeff = 23;
      FusionType fusion_type = 24 [default = NONE_FUSION];
      string conv_algos_override = 0 [default = "-1,-1,-1"];
      CuDNNConvolutionAlgorithmSeeker cudnn_convolution_algo_seeker = 0 [default = FINDEX];
      float negative_slope = 0 [default = 0]; bool relu = 0 [default = false];
      uint32 kstride = 0 [default = 1]; uint32 kstride_h = 0; uint32 kstride_w = 0;
    }
    message CropParameter { int32 axis = 1 [default = 2]; repeated uint32 offset = 2; }
    message DataParameter {
      enum DB { LEVELDB = 0; LMDB = 1; }
      string source = 1; float scale = 2 [default = 1]; string mean_file = 3; uint32 batch_size = 4;
      uint32 crop_size = 5 [default = 0]; bool mirror = 6 [default = false];
      uint32 rand_skip = 7 [default = 0]; DB backend = 8 [default = LEVELDB];
      bool force_encoded_color = 9 [default = false]; uint32 prefetch = 10 [default = 4];
      bool cache = 13 [default = false]; bool precache = 16 [default = false];
      uint32 parser_threads = 0 [default = 0]; bool shuffle = 0 [default = false]; repeated uint32 side = 0;
      uint32 threads = 0 [default = 0];
    }
    message Datum {
      int32 channels = 1; int32 height = 2; int32 width = 3; bytes data = 4; int32 label = 5;
      repeated float float_data = 6; bool encoded = 7 [default = false]; uint32 record_id = 8 [default = 0];
    }
    message DenseImageDataParameter {
      string source = 1; uint32 batch_size = 2; uint32 rand_skip = 3 [default = 0];
      bool shuffle = 4 [default = false]; uint32 new_height = 5 [default = 0];
      uint32 new_width = 6 [default = 0]; bool is_color = 7 [default = true]; string mean_file = 8;
      string root_folder = 9 [default = ""]; bool mirror = 10 [default = false];
      uint32 crop_width = 11 [default = 0]; uint32 crop_height = 12 [default = 0];
    }
    message DetectNetAugmentationParameter {
      float crop_prob = 1 [default = 1]; uint32 shift_x = 2 [default = 0]; uint32 shift_y = 3 [default = 0];
      float scale_prob = 4 [default = 0.33]; float scale_min = 5 [default = 0.7];
      float scale_max = 6 [default = 1]; float flip_prob = 7 [default = 0.33];
      float rotation_prob = 8 [default = 0.33]; float max_rotate_degree = 9 [default = 1];
      float hue_rotation_prob = 10 [default = 0.33]; float hue_rotation = 11 [default = 15];
      float desaturation_prob = 12 [default = 0.33]; float desaturation_max = 13 [default = 0.5];
      ResizeParameter resize_param = 208; NoiseParameter noise_param = 209;
      EmitConstraint emit_constraint = 210; DistortionParameter distort_param = 213;
      ExpansionParameter expand_param = 214;
    }
    message DetectNetGroundTruthParameter {
      enum CoverageType { RECTANGULAR = 0; }
      enum GridboxType { GRIDBOX_MAX = 0; GRIDBOX_MIN = 1; }
      message ClassMapping { required uint32 src = 1; required uint32 dst = 2; }
      uint32 stride = 1 [default = 4]; float scale_cvg = 2 [default = 0.5];
      GridboxType gridbox_type = 3 [default = GRIDBOX_MAX]; uint32 max_cvg_len = 4 [default = 50];
      uint32 min_cvg_len = 5 [default = 50]; CoverageType coverage_type = 7 [default = RECTANGULAR];
      uint32 image_size_x = 8 [default = 1248]; uint32 image_size_y = 9 [default = 384];
      bool obj_norm = 11 [default = false]; bool crop_bboxes = 12 [default = true];
      repeated ClassMapping object_class = 13;
    }
    message DetectionEvaluateParameter {
      uint32 num_classes = 1; uint32 background_label_id = 2 [default = 0];
      float overlap_threshold = 3 [default = 0.5]; bool evaluate_difficult_gt = 4 [default = true];
      string name_size_file = 5; ResizeParameter resize_param = 6;
    }
    message DetectionOutputParameter {
      uint32 num_classes = 1; bool share_location = 2 [default = true];
      int32 background_label_id = 3 [default = 0]; NonMaximumSuppressionParameter nms_param = 4;
      SaveOutputParameter save_output_param = 5;
      PriorBoxParameter.CodeType code_type = 6 [default = CORNER]; int32 keep_top_k = 7 [default = -1];
      bool variance_encoded_in_target = 8 [default = false]; float confidence_threshold = 9;
      bool visualize = 10 [default = false]; float visualize_threshold = 11; string save_file = 12;
    }
    message DistortionParameter {
      float brightness_prob = 1 [default = 0]; float brightness_delta = 2 [default = 0];
      float contrast_prob = 3 [default = 0]; float contrast_lower = 4 [default = 0];
      float contrast_upper = 5 [default = 0]; float hue_prob = 6 [default = 0];
      float hue_delta = 7 [default = 0]; float saturation_prob = 8 [default = 0];
      float saturation_lower = 9 [default = 0]; float saturation_upper = 10 [default = 0];
      float random_order_prob = 11 [default = 0];
    }
    message DropoutParameter {
      enum Engine { DEFAULT = 0; CAFFE = 1; CUDNN = 2; }
      float dropout_ratio = 1 [default = 0.5]; int64 random_seed = 3 [default = -1];
      Engine engine = 0 [default = DEFAULT]; bool sample_weights_test = 0 [default = false];
    }
    message DummyDataParameter {
      repeated FillerParameter data_filler = 1; repeated uint32 num = 2; repeated uint32 channels = 3;
      repeated uint32 height = 4; repeated uint32 width = 5; repeated BlobShape shape = 6;
    }
    message ELUParameter { float alpha = 1 [default = 1]; float lambda = 2 [default = 1]; }
    message EltwiseParameter {
      enum EltwiseOp { PROD = 0; SUM = 1; MAX = 2; }
      enum Engine { DEFAULT = 0; CAFFE = 1; MKL2017 = 3; MKLDNN = 4; }
      EltwiseOp operation = 1 [default = SUM]; repeated float coeff = 2;
      bool stable_prod_grad = 3 [default = true]; Engine engine = 4 [default = DEFAULT];
    }
    message EmbedParameter {
      uint32 num_output = 1; uint32 input_dim = 2; bool bias_term = 3 [default = true];
      FillerParameter weight_filler = 4; FillerParameter bias_filler = 5;
    }
    message EmitConstraint {
      enum EmitType { CENTER = 0; MIN_OVERLAP = 1; }
      EmitType emit_type = 1 [default = CENTER]; float emit_overlap = 2;
    }
    message EvalDetectionParameter {
      enum ScoreType { OBJ = 0; PROB = 1; MULTIPLY = 2; }
      uint32 side = 1 [default = 7]; uint32 num_class = 2 [default = 20];
      uint32 num_object = 3 [default = 2]; float threshold = 4 [default = 0.5];
      bool sqrt = 5 [default = true]; bool constriant = 6 [default = true];
      ScoreType score_type = 7 [default = MULTIPLY]; float nms = 8 [default = -1];
      repeated float biases = 9;
    }
    message ExpParameter {
      float base = 1 [default = -1]; float scale = 2 [default = 1]; float shift = 3 [default = 0];
    }
    message ExpansionParameter { float prob = 1 [default = 1]; float max_expand_ratio = 2 [default = 1]; }
    message FlattenParameter { int32 axis = 1 [default = 1]; int32 end_axis = 2 [default = -1]; }
    message HDF5DataParameter {
      string source = 1; uint32 batch_size = 2; bool shuffle = 3 [default = false];
    }
    message HDF5OutputParameter { string file_name = 1; }
    message HingeLossParameter {
      enum Norm { L1 = 1; L2 = 2; }
      Norm norm = 1 [default = L1];
    }
    message ImageDataParameter {
      string source = 1; float scale = 2 [default = 1]; string mean_file = 3;
      uint32 batch_size = 4 [default = 1]; uint32 crop_size = 5 [default = 0];
      bool mirror = 6 [default = false]; uint32 rand_skip = 7 [default = 0];
      bool shuffle = 8 [default = false]; uint32 new_height = 9 [default = 0];
      uint32 new_width = 10 [default = 0]; bool is_color = 11 [default = true];
      string root_folder = 12 [default = ""]; bool cache = 15 [default = false];
      bool precache = 16 [default = false]; float dataset_share_per_node = 17 [default = 1];
      uint32 min_height = 0 [default = 0]; uint32 min_width = 0 [default = 0];
      uint32 short_side = 0 [default = 0]; uint32 threads = 0 [default = 4];
    }
    message InfogainLossParameter { string source = 1; int32 axis = 2 [default = 1]; }
    message InnerProductParameter {
      enum Engine { DEFAULT = 0; CAFFE = 1; CUDNN = 2; MKLDNN = 3; }
      uint32 num_output = 1; bool bias_term = 2 [default = true]; FillerParameter weight_filler = 3;
      FillerParameter bias_filler = 4; int32 axis = 5 [default = 1]; bool transpose = 6 [default = false];
      Engine engine = 7 [default = DEFAULT]; bool relu = 8 [default = false];
      float negative_slope = 9 [default = 0];
    }
    message InputParameter { repeated BlobShape shape = 1; }
    message InterpParameter {
      int32 height = 1 [default = 0]; int32 width = 2 [default = 0]; int32 zoom_factor = 3 [default = 1];
      int32 shrink_factor = 4 [default = 1]; int32 pad_beg = 5 [default = 0];
      int32 pad_end = 6 [default = 0];
    }
    """
}
