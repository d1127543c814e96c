import RuleModel
import Rules

/// The keys of a project file.
package enum ProjectGrammar {
  /// The version of the format.
  static let version = 1
  /// What `phase` can be.
  static let phases = ["TEST", "TRAIN"]

  /// A whole project file.
  package static let file = RuleShape(
    "project file",
    keys: [
      RuleKey("schema", .version, isRequired: true, "The version of the format."),
      RuleKey("rules", .texts, "Rule files, or folders of them, relative to this file."),
      RuleKey(
        "proto", .texts, "A fork's own caffe.proto, or the part that the fork adds, relative to this file."),
      RuleKey("isolated", .boolean, "Whether the built-in rules are left out."),
      RuleKey("select", .texts, "Only these rules: ids, globs, tags or ALL."),
      RuleKey("extend-select", .texts, "These rules too."),
      RuleKey("ignore", .texts, "Not these rules."),
      RuleKey("unsafe", .boolean, "Whether rules that are not exact may run."),
      RuleKey("param", .parameterValues, "Values of rules' parameters, by name or by 'rule-id.name'."),
      RuleKey("only-layer", .texts, "Rewrite only matches whose layers all fit one of these globs."),
      RuleKey("skip-layer", .texts, "Leave layers that fit one of these globs alone."),
      RuleKey("phase", .words(phases), "The phase whose layers are taken."),
      RuleKey("stage", .texts, "Stages that are on, for include and exclude rules."),
      RuleKey("level", .integer, "The level, for include and exclude rules."),
      RuleKey(
        "assume-stored-statistics", .boolean,
        "Whether stored statistics are folded even where 'use_global_stats: false' asks for those of the batch."
      ),
      RuleKey(
        "tolerance", .number,
        "The largest difference a rewrite may make, relative to the largest number of a channel."),
    ])
}
