from notes_pipeline.cli.app import main

main()
