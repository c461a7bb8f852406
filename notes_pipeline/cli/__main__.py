from notes_pipeline.cli.entry import main

main()
