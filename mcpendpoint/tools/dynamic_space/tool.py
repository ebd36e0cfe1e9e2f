"""dynamic_space: the tool itself."""

from accounts.catalogue import Effect
from mcpendpoint.tools.base import Consequences, Tool, ToolContext, ToolOutput
from mcpendpoint.tools.dynamic_space.arguments import DynamicSpaceArguments, Operation
from mcpendpoint.tools.dynamic_space.finding import find
from mcpendpoint.tools.dynamic_space.results import DynamicSpaceResult
from mcpendpoint.tools.dynamic_space.running import KINDS, consequence_of, invoke
from mcpendpoint.tools.dynamic_space.viewing import view

CATEGORIES = (
    *("Image Generation", "Image Editing", "Background Removal", "Image Upscaling"),
    *("Image Captioning", "OCR", "Object Detection", "Pose Estimation", "Style Transfer"),
    *("Video Generation", "3D Modeling", "Speech Synthesis", "Voice Cloning"),
    *("Music Generation", "Text Generation", "Language Translation", "Text Summarization"),
    *("Question Answering", "Document Analysis", "Code Generation", "Data Visualization"),
)
"""Of the Hub's, those that tools are looked for in."""

USAGE = f"""# dynamic_space

1. Find a Space: {{"operation": "find", "search_query": "remove the background of a photo"}}
2. See what its tools take: {{"operation": "view_parameters", "space_name": "owner/name"}}
3. Run one: {{"operation": "invoke", "space_name": "owner/name", "tool": "…", "parameters": {{…}}}}

Ideas for `search_query` or `category`: {", ".join(CATEGORIES)}."""


async def run(arguments: DynamicSpaceArguments, context: ToolContext) -> ToolOutput:
    match arguments.operation:
        case Operation.FIND if arguments.search_query or arguments.category:
            return await find(arguments, context)
        case Operation.VIEW:
            return await view(arguments, context)
        case Operation.INVOKE:
            return await invoke(arguments, context)
        case operation:
            return ToolOutput(DynamicSpaceResult(operation=operation), USAGE)


DYNAMIC_SPACE = Tool(
    name="dynamic_space",
    title="Any Space",
    purpose="Finds Spaces and runs them without adding them first, asking you before each run.",
    description=(
        "Run any Gradio Space of Hugging Face for a task that no other tool does: find it, look at "
        "its tools with view_parameters, invoke one. Call it without arguments for a guide."
    ),
    arguments=DynamicSpaceArguments,
    result=DynamicSpaceResult,
    run=run,
    effects=frozenset({Effect.READ, Effect.SPEND}),
    is_destructive=True,
    is_default=False,
    needs_sign_in=True,
    consequences=Consequences(KINDS, consequence_of),
)
