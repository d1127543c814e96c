extension CaffeSchemaText {
  /// The layers of V1 and V0 files.
  static let legacy = """
    message V1LayerParameter {
      enum DimCheckMode { STRICT = 0; PERMISSIVE = 1; }
      enum LayerType {
        NONE = 0; ACCURACY = 1; BNLL = 2; CONCAT = 3; CONVOLUTION = 4; DATA = 5; DROPOUT = 6;
        EUCLIDEAN_LOSS = 7; FLATTEN = 8; HDF5_DATA = 9; HDF5_OUTPUT = 10; IM2COL = 11; IMAGE_DATA = 12;
        INFOGAIN_LOSS = 13; INNER_PRODUCT = 14; LRN = 15; MULTINOMIAL_LOGISTIC_LOSS = 16; POOLING = 17;
        RELU = 18; SIGMOID = 19; SOFTMAX = 20; SOFTMAX_LOSS = 21; SPLIT = 22; TANH = 23; WINDOW_DATA = 24;
        ELTWISE = 25; POWER = 26; SIGMOID_CROSS_ENTROPY_LOSS = 27; HINGE_LOSS = 28; MEMORY_DATA = 29;
        ARGMAX = 30; THRESHOLD = 31; DUMMY_DATA = 32; SLICE = 33; MVN = 34; ABSVAL = 35; SILENCE = 36;
        CONTRASTIVE_LOSS = 37; EXP = 38; DECONVOLUTION = 39;
      }
      V0LayerParameter layer = 1; repeated string bottom = 2; repeated string top = 3; string name = 4;
      LayerType type = 5; repeated BlobProto blobs = 6; repeated float blobs_lr = 7;
      repeated float weight_decay = 8; ConcatParameter concat_param = 9;
      ConvolutionParameter convolution_param = 10; DataParameter data_param = 11;
      DropoutParameter dropout_param = 12; HDF5DataParameter hdf5_data_param = 13;
      HDF5OutputParameter hdf5_output_param = 14; ImageDataParameter image_data_param = 15;
      InfogainLossParameter infogain_loss_param = 16; InnerProductParameter inner_product_param = 17;
      LRNParameter lrn_param = 18; PoolingParameter pooling_param = 19;
      WindowDataParameter window_data_param = 20; PowerParameter power_param = 21;
      MemoryDataParameter memory_data_param = 22; ArgMaxParameter argmax_param = 23;
      EltwiseParameter eltwise_param = 24; ThresholdParameter threshold_param = 25;
      DummyDataParameter dummy_data_param = 26; AccuracyParameter accuracy_param = 27;
      HingeLossParameter hinge_loss_param = 29; ReLUParameter relu_param = 30;
      SliceParameter slice_param = 31; repeated NetStateRule include = 32;
      repeated NetStateRule exclude = 33; MVNParameter mvn_param = 34; repeated float loss_weight = 35;
      TransformationParameter transform_param = 36; TanHParameter tanh_param = 37;
      SigmoidParameter sigmoid_param = 38; SoftmaxParameter softmax_param = 39;
      ContrastiveLossParameter contrastive_loss_param = 40; ExpParameter exp_param = 41;
      LossParameter loss_param = 42; repeated string param = 1001;
      repeated DimCheckMode blob_share_mode = 1002;
    }
    message V0LayerParameter {
      enum PoolMethod { MAX = 0; AVE = 1; STOCHASTIC = 2; }
      string name = 1; string type = 2; uint32 num_output = 3; bool biasterm = 4 [default = true];
      FillerParameter weight_filler = 5; FillerParameter bias_filler = 6; uint32 pad = 7 [default = 0];
      uint32 kernelsize = 8; uint32 group = 9 [default = 1]; uint32 stride = 10 [default = 1];
      PoolMethod pool = 11 [default = MAX]; float dropout_ratio = 12 [default = 0.5];
      uint32 local_size = 13 [default = 5]; float alpha = 14 [default = 1];
      float beta = 15 [default = 0.75]; string source = 16; float scale = 17 [default = 1];
      string meanfile = 18; uint32 batchsize = 19; uint32 cropsize = 20 [default = 0];
      bool mirror = 21 [default = false]; float k = 22 [default = 1]; repeated BlobProto blobs = 50;
      repeated float blobs_lr = 51; repeated float weight_decay = 52; uint32 rand_skip = 53 [default = 0];
      float det_fg_threshold = 54 [default = 0.5]; float det_bg_threshold = 55 [default = 0.5];
      float det_fg_fraction = 56 [default = 0.25]; uint32 det_context_pad = 58 [default = 0];
      string det_crop_mode = 59 [default = "warp"]; int32 new_num = 60 [default = 0];
      int32 new_channels = 61 [default = 0]; int32 new_height = 62 [default = 0];
      int32 new_width = 63 [default = 0]; bool shuffle_images = 64 [default = false];
      uint32 concat_dim = 65 [default = 1]; HDF5OutputParameter hdf5_output_param = 1001;
    }
    """
}
